// The rules of the admissionregistration.k8s.io group.
import type { Rules, RuleTable } from '../rules.ts';
import * as policies from './policies.ts';
import { validateWebhooks, validateWebhooksUpdate } from './webhooks.ts';

const HOOKS: Rules = {
  create: (errs, o) => validateWebhooks(errs, o),
  update: validateWebhooksUpdate,
};

export const ADMISSION: RuleTable = {
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': HOOKS,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': HOOKS,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': {
    create: (errs, o) => policies.validateValidating(errs, o),
    update: policies.validateValidatingUpdate,
    subresources: { status: policies.validateValidatingStatus },
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': {
    create: policies.validateValidatingBinding,
    update: policies.validateValidatingBinding,
  },
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': {
    create: (errs, o) => policies.validateMutating(errs, o),
    update: policies.validateMutatingUpdate,
  },
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': {
    create: policies.validateMutatingBinding,
    update: policies.validateMutatingBinding,
  },
};
