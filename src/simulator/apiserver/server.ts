// The API server as a function from request to response. Models cmd/kube-apiserver and k8s.io/apiserver/pkg/server: the
// handler chain in its order, one step for each request.
import { Kernel, MINUTE } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import { rfc3339 } from '../../kernel/time.ts';
import { noOutbound, type Outbound } from '../../model/outbound.ts';
import { allResources, qualifiedResource, type ResourceInfo, resourceOf } from '../../model/resources.ts';
import { isStatus, notAcceptable, StatusError, timeout } from '../../model/status.ts';
import type { StepSink } from '../../trace/log.ts';
import { Store } from '../store/index.ts';
import { AdmissionChain } from './admission/chain.ts';
import { defaultPlugins } from './admission/plugins.ts';
import { Hooks } from './admission/webhooks/hooks.ts';
import { AggregationController } from './aggregation/controller.ts';
import { remoteVersions } from './aggregation/services.ts';
import type { ApiRequest, ApiResponse, ApiServerPort } from './api.ts';
import { type AuditListener, auditEvent, isAudited } from './audit.ts';
import { authenticate, type TokenVerifier } from './authn.ts';
import { AuthorizerChain, authorizeRequest } from './authz/authorizer.ts';
import { NodeAuthorizer } from './authz/node.ts';
import { RbacAuthorizer } from './authz/rbac.ts';
import { bootstrapTokens } from './bootstrap-tokens.ts';
import { type Answer, Context, type Core, refuse } from './context.ts';
import { DefinitionController } from './crd/controller.ts';
import { DefinitionRegistry } from './crd/registry.ts';
import type { OpenApi, Served } from './discovery/paths.ts';
import { impersonate } from './impersonation.ts';
import { LegacyTokens } from './legacy-tokens.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { METRICS_GROUP, METRICS_RESOURCES, metricsResource } from './metrics/api.ts';
import { Metrics } from './metrics.ts';
import { JSON_TYPE, negotiate, YAML_TYPE } from './negotiate.ts';
import { RequestCalls, Suspended } from './outbound/calls.ts';
import { draftOf } from './record.ts';
import type { Registry } from './registry/create.ts';
import { requestInfo } from './request.ts';
import { route } from './route.ts';
import { makeSigner } from './signer.ts';
import { prefixOf } from './storage.ts';
import type { Kubelets } from './subresources/connect.ts';
import { ServiceAccountTokens } from './tokens.ts';
import { WatchHub } from './watch/hub.ts';

export interface ApiServerOptions extends MachineOptions {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly trace: StepSink;
  /** The machine that the server runs on. */
  readonly node: string;
  readonly verifiers?: readonly TokenVerifier[];
  readonly openapi?: OpenApi;
  /** Without it, logs cannot be read. */
  readonly kubelets?: Kubelets | undefined;
  /** Whether a component runs on this machine, for ComponentStatuses; without it, all do. */
  readonly runsBeside?: ((component: string) => boolean) | undefined;
  /** Serves metrics.k8s.io, as clusters with metrics-server do. */
  readonly metricsApi?: boolean;
  /** Gets each audit event as it is written. */
  readonly onAudit?: AuditListener | undefined;
  /** Where nodes reach the server; default 192.0.2.1:6443. */
  readonly address?: string;
}

/** `--etcd-compaction-interval`. */
const COMPACT_EVERY = 5 * MINUTE;

/** Of questions that a request asks one after the other; each may be another one, while others change the object. */
const MAX_ROUNDS = 100;

/** For callers that cannot wait. */
const UNWAITED: Outbound = (_, done) => done({ ok: false, error: 'context canceled' });

const REFUSED: ApiResponse = { code: 0, contentType: '', text: 'connect: connection refused', step: 0 };

export class ApiServer implements ApiServerPort {
  readonly core: Core;
  readonly registry: Registry;
  readonly authorizer: AuthorizerChain;
  readonly rbac: RbacAuthorizer;
  readonly tokens: ServiceAccountTokens;
  readonly node: string;
  private readonly trace: StepSink;
  readonly verifiers: readonly TokenVerifier[];
  private readonly definitions: DefinitionRegistry;
  private readonly options: ApiServerOptions;
  private readonly metrics = new Metrics();
  private readonly hooks: Hooks;
  private readonly callSeeds: Random;
  private requestsWithCalls = 0;
  private up = true;
  /** How calls leave the simulation; set by whoever runs it on a platform with a network. */
  outbound: Outbound = noOutbound;

  constructor(options: ApiServerOptions) {
    const { kernel, store } = options;
    this.options = options;
    this.node = options.node;
    this.trace = options.trace;
    const random = kernel.random.fork(`kube-apiserver/${options.node}`);
    this.core = {
      kernel,
      store,
      random,
      auditIds: random.fork('audit'),
      hub: new WatchHub(kernel, store),
      resource: (g, p, v) => this.resource(g, p, v),
      versionsOf: (r) => this.definitions.all().filter((x) => x.group === r.group && x.plural === r.plural),
    };
    this.hooks = new Hooks(store);
    this.callSeeds = random.fork('calls');
    this.rbac = new RbacAuthorizer(store);
    this.authorizer = new AuthorizerChain([new NodeAuthorizer(store), this.rbac]);
    const signer = makeSigner(kernel.random.fork('service-account-key'));
    const legacy = new LegacyTokens(this.core, (request) => this.handle(request));
    this.tokens = new ServiceAccountTokens(
      signer,
      store,
      () => kernel.wallMs / 1000,
      (s) => legacy.used(s),
    );
    this.verifiers = [
      (token) => this.tokens.verify(token),
      bootstrapTokens(store, () => kernel.wallMs),
      ...(options.verifiers ?? []),
    ];
    this.registry = {
      admission: new AdmissionChain(defaultPlugins(this.authorizer, this.rbac, this.hooks, store)),
      machine: new Machine(options),
    };
    this.definitions = new DefinitionRegistry(store, this.core.hub);
    const now = (): string => rfc3339(kernel.wallMs);
    const handle = (request: ApiRequest): ApiResponse => this.handle(request);
    new DefinitionController(this.core, handle, now);
    new AggregationController(this.core, { handle, now, answers: (group) => this.answersFor(group) });
    this.compactLater(0);
  }

  /** Every five minutes the history older than that is forgotten. Models storage/etcd3/compact.go. */
  private compactLater(before: number): void {
    const { kernel, store } = this.core;
    kernel.schedule(
      COMPACT_EVERY,
      () => {
        const { revision } = store;
        if (this.up) store.compact(before);
        this.compactLater(revision);
      },
      true,
    );
  }

  get runsBeside(): (component: string) => boolean {
    return this.options.runsBeside ?? (() => true);
  }

  get kubelets(): Kubelets | undefined {
    return this.options.kubelets;
  }

  get running(): boolean {
    return this.up;
  }

  /** Watches end, and further requests find the connection refused. */
  stop(): void {
    this.up = false;
    this.core.hub.endAll();
  }

  start(): void {
    this.up = true;
  }

  served(): Served {
    const { openapi, address = '192.0.2.1:6443' } = this.options;
    return {
      resources: [...allResources(), ...this.definitions.all(), ...(this.options.metricsApi ? METRICS_RESOURCES : [])],
      openapi,
      address,
      remote: remoteVersions(this.core.store).filter((v) => !this.answersFor(v.group)),
      healthy: this.core.store.available,
      metrics: () => this.metrics.text(this.core, this.objectPrefixes()),
    };
  }

  answersFor(group: string): boolean {
    return this.options.metricsApi === true && group === METRICS_GROUP;
  }

  /** Where each stored resource lies in etcd, by its name in metrics. */
  private objectPrefixes(): Map<string, string> {
    const stored = [...allResources(), ...this.definitions.all()].filter((r) => r.verbs.includes('watch'));
    return new Map(stored.map((r) => [prefixOf(r), qualifiedResource(r.group, r.plural)]));
  }

  handle(request: ApiRequest): ApiResponse {
    let response = REFUSED;
    this.attempt(request, this.callsOf(), UNWAITED, (r) => {
      response = r;
    });
    return response;
  }

  submit(request: ApiRequest, done: (response: ApiResponse) => void): void {
    this.attempt(request, this.callsOf(), this.outbound, done);
  }

  private callsOf(): RequestCalls | undefined {
    if (!this.hooks.any) return undefined;
    return new RequestCalls(this.callSeeds.fork(String(this.requestsWithCalls++)), this.core.kernel.wallMs);
  }

  /** Handles the request until it ends, or until it needs answers from outside; then it is handled anew with them. */
  private attempt(
    request: ApiRequest,
    calls: RequestCalls | undefined,
    outbound: Outbound,
    done: (response: ApiResponse) => void,
  ): void {
    if (!this.up) {
      done(REFUSED);
      return;
    }
    const core = calls === undefined ? this.core : { ...this.core, random: calls.random() };
    const ctx = new Context(core, request, requestInfo(request));
    ctx.calls = calls;
    let answer: Answer;
    try {
      answer = this.answer(ctx);
    } catch (e) {
      if (!(e instanceof Suspended) || calls === undefined) throw e;
      if (ctx.changes.length > 0) throw new Error('a webhook was to be asked after something had been written');
      if (calls.rounds < MAX_ROUNDS) {
        calls.make(e.calls, outbound, () => this.attempt(request, calls, outbound, done));
        return;
      }
      answer = { code: 504, body: timeout('request did not complete within requested timeout') };
    }
    done(this.finish(ctx, answer));
  }

  private finish(ctx: Context, answer: Answer): ApiResponse {
    this.metrics.count(ctx, answer);
    const step = this.trace.record(draftOf(ctx, answer));
    if (this.options.onAudit !== undefined && isAudited(ctx)) this.options.onAudit(auditEvent(ctx, answer));
    this.core.store.publish(step);
    const { code, body, text, contentType, watch, stream, connection } = answer;
    const headers = answer.headers ?? retryAfter(body);
    return {
      code,
      contentType: contentType ?? (text === undefined ? 'application/json' : 'text/plain; charset=utf-8'),
      ...(body === undefined ? {} : { body }),
      ...(text === undefined ? {} : { text }),
      ...(ctx.warnings.length === 0 ? {} : { warnings: ctx.warnings }),
      ...(headers === undefined ? {} : { headers }),
      ...(watch === undefined ? {} : { watch }),
      ...(stream === undefined ? {} : { stream }),
      ...(connection === undefined ? {} : { connection }),
      step,
    };
  }

  /** A server of its own over a copy of what is stored, which nobody watches and which records nothing: for questions. */
  aside(seed: string): ApiServer {
    const { kernel: own, store } = this.core;
    const kernel = new Kernel({ seed, epochMs: own.wallMs });
    const trace: StepSink = { record: () => 0 };
    return createApiServer({
      ...this.options,
      onAudit: undefined,
      kernel,
      store: new Store(kernel, store.snapshot()),
      trace,
    });
  }

  private answer(ctx: Context): Answer {
    try {
      authenticate(ctx, this.verifiers);
      impersonate(ctx, this.authorizer);
      authorizeRequest(ctx, this.authorizer);
      return this.encoded(ctx, route(ctx, this));
    } catch (e) {
      if (!(e instanceof StatusError)) throw e;
      return { code: e.status.code ?? 500, body: e.status };
    }
  }

  /** YAML for those who ask for it; JSON bodies stay values, which whoever holds the socket writes out. */
  private encoded(ctx: Context, answer: Answer): Answer {
    const { accept } = ctx.request;
    if (answer.body === undefined || !accept?.includes('yaml')) return answer;
    const { type } = negotiate(accept, [
      'Table',
      'PartialObjectMetadata',
      'PartialObjectMetadataList',
      'APIGroupDiscoveryList',
    ]);
    if (type !== YAML_TYPE) return answer;
    const text = this.registry.machine.formatYaml(answer.body);
    if (text === undefined) return refuse(notAcceptable([JSON_TYPE]));
    return { code: answer.code, text, contentType: YAML_TYPE };
  }

  private resource(group: string, plural: string, version?: string): ResourceInfo | undefined {
    return (
      resourceOf(group, plural, version) ??
      this.definitions.find(group, plural, version) ??
      (this.options.metricsApi ? metricsResource(group, plural, version) : undefined)
    );
  }
}

function retryAfter(body: unknown): { 'Retry-After': string } | undefined {
  const seconds = isStatus(body) ? body.details?.retryAfterSeconds : undefined;
  return seconds ? { 'Retry-After': String(seconds) } : undefined;
}

export function createApiServer(options: ApiServerOptions): ApiServer {
  return new ApiServer(options);
}
