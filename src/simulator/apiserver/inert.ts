// What the simulated API server keeps and does not act on as a real one would: whoever writes it is told, and the step says so.
import type { MatchCondition, WebhookClientConfig } from '../../model/generated/admissionregistration.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ResourceInfo } from '../../model/resources.ts';
import type { Context } from './context.ts';

const GROUP = 'admissionregistration.k8s.io';
const NO_CEL = 'the simulator does not evaluate CEL: the policy is stored and enforced on nothing';

const INERT: { readonly [plural: string]: string } = {
  validatingadmissionpolicies: NO_CEL,
  validatingadmissionpolicybindings: NO_CEL,
  mutatingadmissionpolicies: NO_CEL,
  mutatingadmissionpolicybindings: NO_CEL,
};
const WEBHOOKS = new Set(['validatingwebhookconfigurations', 'mutatingwebhookconfigurations']);

interface Webhook {
  readonly name: string;
  readonly clientConfig: WebhookClientConfig;
  readonly matchConditions?: readonly MatchCondition[];
}

/** What is wrong with a webhook that the simulator cannot ask. */
function webhookProblem({ name, clientConfig, matchConditions }: Webhook): string | undefined {
  const { service } = clientConfig;
  if (service)
    return `no program runs behind Service ${service.namespace}/${service.name} in the simulator: webhook ${JSON.stringify(name)} will not answer; one with clientConfig.url is really called`;
  if ((matchConditions ?? []).length > 0)
    return `the simulator does not evaluate CEL: webhook ${JSON.stringify(name)} is called whatever its matchConditions say`;
  return undefined;
}

function problems(r: ResourceInfo, o: KubeObject): string[] {
  if (r.group !== GROUP) return [];
  const inert = INERT[r.plural];
  if (inert !== undefined) return [inert];
  if (!WEBHOOKS.has(r.plural)) return [];
  const { webhooks = [] } = o as { webhooks?: readonly Webhook[] };
  return webhooks.flatMap((w) => webhookProblem(w) ?? []);
}

/** Warns the writer of an object that a real API server would act on. */
export function tellWhatIsInert(ctx: Context, r: ResourceInfo, o: KubeObject): void {
  const all = problems(r, o);
  for (const text of all) ctx.warn(text);
  if (all.length > 0) ctx.simplification = all.join('; ');
}
