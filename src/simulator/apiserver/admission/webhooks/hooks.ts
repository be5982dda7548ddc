// The webhooks that are configured, in the order in which they are asked. Models
// k8s.io/apiserver/pkg/admission/configuration: configurations by name, webhooks as they stand in one.
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../../model/generated/admissionregistration.v1.ts';
import { etcdPrefix } from '../../../../model/resources.ts';
import type { Change, Store } from '../../../store/index.ts';

/** One webhook. `index` counts over all configurations, as audit annotations do. */
export interface Hook {
  readonly configuration: string;
  readonly index: number;
  /** `configuration/webhook/n`: n counts webhooks of one name in one configuration. */
  readonly uid: string;
  readonly webhook: ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;
}

type Configuration = Pick<MutatingWebhookConfiguration | ValidatingWebhookConfiguration, 'metadata' | 'webhooks'>;

const GROUP = 'admissionregistration.k8s.io';
const PREFIX = {
  mutating: `${etcdPrefix(GROUP, 'mutatingwebhookconfigurations')}/`,
  validating: `${etcdPrefix(GROUP, 'validatingwebhookconfigurations')}/`,
};

function hooksOf(configurations: readonly Configuration[]): Hook[] {
  const hooks: Hook[] = [];
  for (const { metadata, webhooks = [] } of configurations) {
    const configuration = metadata?.name ?? '';
    const names = new Map<string, number>();
    for (const webhook of webhooks) {
      const n = names.get(webhook.name) ?? 0;
      names.set(webhook.name, n + 1);
      hooks.push({ configuration, index: hooks.length, uid: `${configuration}/${webhook.name}/${n}`, webhook });
    }
  }
  return hooks;
}

export class Hooks {
  private readonly store: Store;
  private read: { readonly mutating: readonly Hook[]; readonly validating: readonly Hook[] } | undefined;

  constructor(store: Store) {
    this.store = store;
    store.subscribe((change: Change) => {
      if (change.prefix === PREFIX.mutating || change.prefix === PREFIX.validating) this.read = undefined;
    });
  }

  private all(): NonNullable<typeof this.read> {
    if (this.read !== undefined) return this.read;
    const of = (prefix: string): Hook[] =>
      hooksOf([...this.store.range(prefix)].map((kv) => kv.value as unknown as Configuration));
    this.read = { mutating: of(PREFIX.mutating), validating: of(PREFIX.validating) };
    return this.read;
  }

  get mutating(): readonly Hook[] {
    return this.all().mutating;
  }

  get validating(): readonly Hook[] {
    return this.all().validating;
  }

  get any(): boolean {
    return this.mutating.length > 0 || this.validating.length > 0;
  }
}
