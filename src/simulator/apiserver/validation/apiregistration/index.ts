// The rules of the apiregistration.k8s.io group: APIServices.
import type { APIService, APIServiceSpec } from '../../../../model/generated/apiregistration.v1.ts';
import { quote } from '../../../../model/quote.ts';
import { dnsSubdomain } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { isDns1035Label, isPortNumber, nameIsPathSegment } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import type { RuleTable } from '../rules.ts';

type Service = Loose<APIService>;
type Spec = Loose<APIServiceSpec>;

function validateService(errs: Errors, o: Service): void {
  const spec = o.spec ?? {};
  const { group = '', version = '' } = spec;
  const wanted = `${version}.${group}`;
  const name = (text: string, prefix: boolean) => {
    const problems = nameIsPathSegment(text, prefix);
    if (problems.length > 0 || text === wanted) return problems;
    return [`must be \`spec.version+"."+spec.group\`: ${quote(wanted)}`];
  };
  validateMeta(errs, o.metadata, { namespaced: false, name });
  if (group !== '') dnsSubdomain(errs, SPEC.child('group'), group);
  else if (version !== 'v1') {
    errs.required(SPEC.child('group'), 'only v1 may have an empty group and it better be legacy kube');
  }
  errs.each(SPEC.child('version'), version, isDns1035Label(version));
  validatePriority(errs, 'groupPriorityMinimum', spec.groupPriorityMinimum ?? 0, 20_000);
  validatePriority(errs, 'versionPriority', spec.versionPriority ?? 0, 1000);
  validateBackend(errs, spec);
}

function validatePriority(errs: Errors, field: string, value: number, most: number): void {
  if (value <= 0 || value > most) errs.invalid(SPEC.child(field), value, `must be positive and less than ${most}`);
}

function validateBackend(errs: Errors, spec: Spec): void {
  const { service, caBundle = '', insecureSkipTLSVerify: insecure } = spec;
  if (!service) {
    const bytes = Math.floor((caBundle.replace(/=+$/, '').length * 3) / 4);
    if (caBundle) errs.invalid(SPEC.child('caBundle'), `${bytes} bytes`, 'local APIServices may not have a caBundle');
    if (insecure) {
      const detail = 'local APIServices may not have insecureSkipTLSVerify';
      errs.invalid(SPEC.child('insecureSkipTLSVerify'), true, detail);
    }
    return;
  }
  const at = SPEC.child('service');
  const { port = 443 } = service;
  if (!service.namespace) errs.required(at.child('namespace'));
  if (!service.name) errs.required(at.child('name'));
  const problems = isPortNumber(port);
  if (problems.length > 0) errs.invalid(at.child('port'), port, `port is not valid: ${problems.join(',')}`);
  if (insecure && caBundle) {
    errs.invalid(SPEC.child('insecureSkipTLSVerify'), true, 'may not be true if caBundle is present');
  }
}

const STATUSES = ['False', 'True', 'Unknown'];

function validateStatus(errs: Errors, now: Service, old: Service): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  for (const [i, { status = '' }] of (now.status?.conditions ?? []).entries()) {
    const at = Path.of('status', 'conditions').index(i).child('status');
    if (!STATUSES.includes(status)) errs.notSupported(at, status, STATUSES);
  }
}

export const APIREGISTRATION: RuleTable = {
  'apiregistration.k8s.io/APIService': {
    create: validateService,
    update: (errs, now: Service, old: Service) => {
      validateMetaUpdate(errs, now.metadata, old.metadata);
      validateService(errs, now);
    },
    subresources: { status: validateStatus },
  },
};
