// Kinds that the simulated API server keeps and does not act on: whoever writes one is told, and the step says so.
import type { ResourceInfo } from '../../model/resources.ts';
import type { Context } from './context.ts';

const GROUP = 'admissionregistration.k8s.io';
const NO_CEL = 'the simulator does not evaluate CEL: the policy is stored and enforced on nothing';
const NO_WEBHOOKS = 'the simulator calls no webhooks: the configuration is stored and no request is sent';

const INERT: { readonly [plural: string]: string } = {
  validatingadmissionpolicies: NO_CEL,
  validatingadmissionpolicybindings: NO_CEL,
  mutatingadmissionpolicies: NO_CEL,
  mutatingadmissionpolicybindings: NO_CEL,
  validatingwebhookconfigurations: NO_WEBHOOKS,
  mutatingwebhookconfigurations: NO_WEBHOOKS,
};

/** Warns the writer of an object that a real API server would act on. */
export function tellWhatIsInert(ctx: Context, r: ResourceInfo): void {
  const why = r.group === GROUP ? INERT[r.plural] : undefined;
  if (why === undefined) return;
  ctx.warn(why);
  ctx.simplification = why;
}
