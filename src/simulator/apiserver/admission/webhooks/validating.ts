// ValidatingAdmissionWebhook: all webhooks are asked side by side; the first refusal to arrive is the answer. Models
// k8s.io/apiserver/pkg/admission/plugin/webhook/validating.
import type { Status } from '../../../../model/generated/meta.v1.ts';
import type { Authorizer } from '../../authz/attributes.ts';
import { type PendingCall, Suspended } from '../../outbound/calls.ts';
import type { Review } from '../chain.ts';
import { Asking } from './asking.ts';
import { type Asked, ask, isAsked, told } from './call.ts';
import type { Hooks } from './hooks.ts';
import { failureOf, tell } from './mutating.ts';
import { shouldAsk } from './should-ask.ts';

export class ValidatingWebhooks extends Asking {
  readonly name = 'ValidatingAdmissionWebhook';

  constructor(hooks: Hooks, authorizer: Authorizer) {
    super(hooks, 'validating', authorizer);
  }

  validate(r: Review): Status | undefined {
    const asked: Asked[] = [];
    const pending: PendingCall[] = [];
    for (const hook of this.hooks) {
      const as = shouldAsk(hook, r, this.authorizer);
      if (as === undefined) continue;
      const one = ask(r, hook, as, false, 0);
      if (isAsked(one)) asked.push(one);
      else pending.push(one);
    }
    if (pending.length > 0) throw new Suspended(pending);
    asked.sort((a, b) => a.order - b.order);
    for (const one of asked) r.ctx.pass('validating-admission', told(one));
    return asked.map((one) => refusalOf(r, one)).find((status) => status !== undefined);
  }
}

function refusalOf(r: Review, { hook, outcome }: Asked): Status | undefined {
  if (outcome.type === 'refused') return outcome.status;
  if (outcome.type === 'answered' || outcome.type === 'denied') {
    tell(r, hook, outcome.verdict);
    return outcome.type === 'denied' ? outcome.status : undefined;
  }
  return failureOf(r, hook, outcome.why, 'validating', 0);
}
