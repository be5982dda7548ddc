// Long-lived tokens: fills a Secret of type service-account-token that names a ServiceAccount, and deletes it with the account.
// Models pkg/controller/serviceaccount/tokens_controller.go, v1.36.
import type { Process } from '../../../kernel/process.ts';
import { decodeBase64, encodeBase64, fromUtf8, utf8 } from '../../../model/base64.ts';
import type { Secret, ServiceAccount } from '../../../model/generated/core.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { LegacyToken } from '../../apiserver/tokens.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { SECRETS, SERVICE_ACCOUNTS } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';

/** Source: --concurrent-serviceaccount-token-syncs and maxRetries, v1.36. */
const WORKERS = 5;
const RETRIES = 10;
const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

export interface TokenOptions {
  /** PEM. */
  readonly rootCA: string;
  readonly sign: (token: LegacyToken) => string;
}

/** `namespace/name` of the account that a Secret is a token for. */
function accountOf(secret: Secret): string | undefined {
  const name = secret.metadata.annotations?.[NAME];
  return secret.type === TYPE && name ? `${secret.metadata.namespace}/${name}` : undefined;
}

function belongsTo(secret: Secret, account: ServiceAccount): boolean {
  const uid = secret.metadata.annotations?.[UID] ?? '';
  return uid === '' || uid === account.metadata.uid;
}

/** What the Secret has to hold, or undefined where it holds it. */
function filled(secret: Secret, account: ServiceAccount, { rootCA, sign }: TokenOptions): Secret | undefined {
  const { namespace = '', name = '' } = secret.metadata;
  const held = (key: string): string => fromUtf8(decodeBase64(secret.data?.[key] ?? '') ?? new Uint8Array()) ?? '';
  if (held('ca.crt') === rootCA && held('namespace') !== '' && held('token') !== '') return undefined;
  const owner = { name: account.metadata.name ?? '', uid: account.metadata.uid ?? '' };
  const token = held('token') || sign({ namespace, account: owner, secret: name });
  const texts = { 'ca.crt': rootCA, namespace: held('namespace') || namespace, token };
  const data = Object.fromEntries(Object.entries(texts).map(([k, v]) => [k, encodeBase64(utf8(v))]));
  const annotations = { ...secret.metadata.annotations, [NAME]: owner.name, [UID]: owner.uid };
  return {
    ...secret,
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...secret.metadata, annotations },
    data: { ...secret.data, ...data },
  };
}

const byAccount = (s: Secret): readonly string[] => [accountOf(s) ?? ''];

export class ServiceAccountTokenController {
  private readonly ctx: ComponentContext;
  private readonly options: TokenOptions;
  private readonly queue: WorkQueue;
  private readonly secrets: Informer<Secret>;
  private readonly accounts: Informer<ServiceAccount>;

  constructor(ctx: ComponentContext, options: TokenOptions) {
    this.ctx = ctx;
    this.options = options;
    this.queue = new WorkQueue(ctx.kernel);
    this.secrets = ctx.informers.of(SECRETS);
    this.accounts = ctx.informers.of(SERVICE_ACCOUNTS);
    this.secrets.addIndex(byAccount);
    const seen = (s: Secret, cause: StepId): void => {
      if (accountOf(s) !== undefined) this.queue.add(keyOf(s), [cause]);
    };
    this.secrets.onChange({ add: seen, update: (s, _, cause) => seen(s, cause) });
    this.accounts.onChange({
      remove: (a, cause) => {
        for (const s of this.secrets.byIndex(byAccount, keyOf(a))) this.queue.add(keyOf(s), [cause]);
      },
    });
    const start = (): void =>
      startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, causes) => this.sync(k, causes), RETRIES);
    this.secrets.onSynced(() => this.accounts.onSynced(start));
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const secret = this.secrets.get(key);
    const owner = secret && accountOf(secret);
    if (secret === undefined || owner === undefined) return undefined;
    const account = yield* this.accountFor(owner, causes);
    if (account === 'unknown') return { error: `unable to get the ServiceAccount ${owner}` };
    if (account === undefined || !belongsTo(secret, account)) return yield* this.remove(secret, owner, causes);
    if (filled(secret, account, this.options) === undefined) return undefined;
    const { namespace = '', name = '' } = secret.metadata;
    // The cache may be behind; what is new comes with the next event.
    const live = yield* this.ctx.client.get(SECRETS, namespace, name, { causes });
    if (!live.ok) return live.code === 404 ? undefined : { error: live.status.message ?? 'get failed' };
    if (live.value.metadata.resourceVersion !== secret.metadata.resourceVersion) return undefined;
    const next = filled(live.value, account, this.options);
    if (next === undefined) return undefined;
    const step = this.record(
      secret,
      causes,
      'SignToken',
      `fills ${name} with a token for ${owner} that does not expire.`,
    );
    const done = yield* this.ctx.client.update<Secret>(SECRETS, next, { causes: [step] });
    const fine = done.ok || done.code === 409 || done.code === 404;
    return fine ? undefined : { error: done.status.message ?? 'update failed' };
  }

  /** Asks the API server before it believes that an account is gone. */
  private *accountFor(key: string, causes: readonly StepId[]): Process<ServiceAccount | 'unknown' | undefined> {
    const known = this.accounts.get(key);
    if (known !== undefined) return known;
    const [namespace = '', name = ''] = key.split('/');
    const live = yield* this.ctx.client.get(SERVICE_ACCOUNTS, namespace, name, { causes });
    if (live.ok) return live.value;
    return live.code === 404 ? undefined : 'unknown';
  }

  private *remove(secret: Secret, owner: string, causes: readonly StepId[]): Process<SyncResult> {
    const { namespace = '', name = '', uid = '' } = secret.metadata;
    const text = `${name} is a token for ${owner}, which does not exist → deletes it.`;
    const step = this.record(secret, causes, 'DeleteToken', text);
    const body = { preconditions: { uid } };
    const gone = yield* this.ctx.client.delete(SECRETS, namespace, name, body, { causes: [step] });
    const fine = gone.ok || gone.code === 404 || gone.code === 409;
    return fine ? undefined : { error: gone.status.message ?? 'delete failed' };
  }

  private record(secret: Secret, causes: readonly StepId[], action: string, text: string): StepId {
    const { namespace = '', name = '', uid = '' } = secret.metadata;
    return this.ctx.record({
      kind: 'decide',
      action,
      object: { group: '', resource: 'secrets', kind: 'Secret', namespace, name, uid },
      causes,
      text,
      detail: { type: 'decide', inputs: { serviceAccount: accountOf(secret) ?? '' } },
    });
  }
}
