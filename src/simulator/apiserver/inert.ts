// What the simulated API server keeps and does not act on as a real one would: whoever writes it is told, and the step says so.
import type { WebhookClientConfig } from '../../model/generated/admissionregistration.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ResourceInfo } from '../../model/resources.ts';
import type { Context } from './context.ts';

const GROUP = 'admissionregistration.k8s.io';
const WEBHOOKS = new Set(['validatingwebhookconfigurations', 'mutatingwebhookconfigurations']);

interface Webhook {
  readonly name: string;
  readonly clientConfig: WebhookClientConfig;
}

/** What is wrong with a webhook that the simulator cannot ask. */
function webhookProblem({ name, clientConfig }: Webhook): string | undefined {
  const { service } = clientConfig;
  if (service)
    return `no program runs behind Service ${service.namespace}/${service.name} in the simulator: webhook ${JSON.stringify(name)} will not answer; one with clientConfig.url is really called`;
  return undefined;
}

function problems(r: ResourceInfo, o: KubeObject): string[] {
  if (r.group !== GROUP || !WEBHOOKS.has(r.plural)) return [];
  const { webhooks = [] } = o as { webhooks?: readonly Webhook[] };
  return webhooks.flatMap((w) => webhookProblem(w) ?? []);
}

/** Warns the writer of an object that a real API server would act on. */
export function tellWhatIsInert(ctx: Context, r: ResourceInfo, o: KubeObject): void {
  const all = problems(r, o);
  for (const text of all) ctx.warn(text);
  if (all.length > 0) ctx.simplification = all.join('; ');
}
