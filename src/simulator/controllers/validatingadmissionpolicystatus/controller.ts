// Checks the expressions of each policy against the types of the kinds that it matches, once for each generation. Models
// pkg/controller/validatingadmissionpolicystatus, v1.36. Kinds of CustomResourceDefinitions are not checked.
import type { Process } from '../../../kernel/process.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { VALIDATING_ADMISSION_POLICIES } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { typeWarnings } from './decide.ts';

const WORKERS = 5;
const GROUP = 'admissionregistration.k8s.io';
const MANAGER = 'validatingadmissionpolicy-status';

export class ValidatingAdmissionPolicyStatusController {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const policies = ctx.informers.of(VALIDATING_ADMISSION_POLICIES);
    policies.onChange({
      add: (p, cause) => queue.add(keyOf(p), [cause]),
      update: (p, _, cause) => queue.add(keyOf(p), [cause]),
    });
    const sync = function* (key: string, causes: readonly StepId[]): Process<SyncResult> {
      const policy = policies.get(key);
      const { name = '', uid = '', generation = 0 } = policy?.metadata ?? {};
      if (policy === undefined || generation <= (policy.status?.observedGeneration ?? 0)) return undefined;
      const expressionWarnings = typeWarnings(policy);
      const n = expressionWarnings.length;
      const step = ctx.record({
        kind: 'decide',
        action: 'CheckTypes',
        object: {
          group: GROUP,
          resource: 'validatingadmissionpolicies',
          kind: 'ValidatingAdmissionPolicy',
          name,
          uid,
        },
        causes,
        text:
          n === 0
            ? `The expressions of ${name} fit the types of what it matches, as far as those are known.`
            : `${n} expression${n === 1 ? '' : 's'} of ${name} do not fit the types of what it matches. The policy is in force all the same; its status warns.`,
        detail: { type: 'decide', inputs: { warnings: n } },
      });
      const typeChecking = n === 0 ? {} : { expressionWarnings };
      const patch = {
        apiVersion: `${GROUP}/v1`,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        status: { observedGeneration: generation, typeChecking },
      };
      const query = { force: ['true'], fieldManager: [MANAGER] };
      const options = { causes: [step], query, subresource: 'status' };
      const done = yield* ctx.client.patch(VALIDATING_ADMISSION_POLICIES, '', name, 'apply', patch, options);
      return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'apply failed' };
    };
    policies.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync));
  }
}
