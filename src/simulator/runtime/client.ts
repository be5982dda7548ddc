// How a component speaks to the API server: typed calls that take virtual time, under the component's own identity and
// rate limit. Every call names its causes, so that the trace can be walked back.
import type { Kernel } from '../../kernel/kernel.ts';
import type { Process, Scope } from '../../kernel/process.ts';
import type { Random } from '../../kernel/random.ts';
import type { Status } from '../../model/generated/meta.v1.ts';
import type { KubeList, KubeObject } from '../../model/object.ts';
import type { Actor, StepId } from '../../trace/step.ts';
import type { ApiRequest, ApiResponse, ApiServerPort, Credential, Query } from '../apiserver/api.ts';
import { type Kind, pathOf } from './kinds.ts';
import { TokenBucket } from './limiter.ts';

export interface Identity {
  readonly actor: Actor;
  readonly userAgent: string;
  readonly credential: Credential;
  /** Client-side limit in requests a second; upstream's defaults differ by component. */
  readonly qps: number;
  readonly burst: number;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly step: StepId }
  | { readonly ok: false; readonly code: number; readonly status: Status; readonly step: StepId };

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

const PATCH_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/**
 * µs: to the API server, back from it until the component goes on, and how long it takes; etcd's fsync is most of a write,
 * and a new pod passes the most admission. What comes first of two writes is mostly what the recordings have first.
 */
const NETWORK = 200;
const ANSWER = 1_500;
const SERVE_READ = 700;
const SERVE_WRITE = 2_600;
const SERVE_NEW_POD = 4_600;
const JITTER = 1_000;

export interface CallOptions {
  readonly causes: readonly StepId[];
  readonly query?: Query;
  readonly subresource?: string;
  /** Only the object's metadata in the answer, as upstream's metadata client asks for. */
  readonly metadataOnly?: boolean;
}

interface Call extends CallOptions {
  readonly method: ApiRequest['method'];
  readonly kind: Kind;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly body?: unknown;
  readonly contentType?: string;
}

export class Client {
  readonly identity: Identity;
  private readonly kernel: Kernel;
  private readonly server: ApiServerPort;
  private readonly scope: Scope;
  private readonly random: Random;
  private readonly limiter: TokenBucket;

  constructor(kernel: Kernel, server: ApiServerPort, scope: Scope, identity: Identity) {
    this.kernel = kernel;
    this.server = server;
    this.scope = scope;
    this.identity = identity;
    this.random = kernel.random.fork(
      `client/${identity.actor.component}/${identity.actor.node ?? ''}/${identity.userAgent}`,
    );
    this.limiter = new TokenBucket(kernel, identity.qps, identity.burst);
  }

  *get<T extends KubeObject>(kind: Kind<T>, namespace: string, name: string, options: CallOptions): Process<Result<T>> {
    return yield* this.call<T>({ method: 'GET', kind, namespace, name, ...options });
  }

  *list<T extends KubeObject>(kind: Kind<T>, namespace: string, options: CallOptions): Process<Result<KubeList<T>>> {
    return yield* this.call<KubeList<T>>({ method: 'GET', kind, namespace, ...options });
  }

  *create<T extends KubeObject, R = T>(kind: Kind<T>, object: KubeObject, options: CallOptions): Process<Result<R>> {
    const name = options.subresource === undefined ? undefined : object.metadata.name;
    return yield* this.call<R>({
      method: 'POST',
      kind,
      namespace: object.metadata.namespace,
      name,
      body: object,
      ...options,
    });
  }

  *update<T extends KubeObject>(kind: Kind<T>, object: T, options: CallOptions): Process<Result<T>> {
    const { namespace, name } = object.metadata;
    return yield* this.call<T>({ method: 'PUT', kind, namespace, name, body: object, ...options });
  }

  *patch<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string,
    name: string,
    type: PatchType,
    patch: unknown,
    options: CallOptions,
  ): Process<Result<T>> {
    return yield* this.call<T>({
      method: 'PATCH',
      kind,
      namespace,
      name,
      body: patch,
      contentType: PATCH_TYPES[type],
      ...options,
    });
  }

  /** `body`: DeleteOptions (preconditions, grace period, propagation policy). */
  *delete<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string,
    name: string,
    body: object,
    options: CallOptions,
  ): Process<Result<T | Status>> {
    const value = { kind: 'DeleteOptions', apiVersion: 'v1', ...body };
    return yield* this.call<T | Status>({ method: 'DELETE', kind, namespace, name, body: value, ...options });
  }

  private *call<R>(call: Call): Process<Result<R>> {
    const response = yield* this.send({
      method: call.method,
      path: pathOf(call.kind, call.namespace, call.name, call.subresource),
      ...(call.query ? { query: call.query } : {}),
      ...(call.body === undefined ? {} : { body: { value: call.body } }),
      contentType: call.contentType ?? 'application/json',
      ...(call.metadataOnly ? { accept: METADATA_ONLY } : {}),
      causes: call.causes,
    });
    if (response.code >= 200 && response.code < 300)
      return { ok: true, value: response.body as R, step: response.step };
    return { ok: false, code: response.code, status: (response.body ?? UNREACHABLE) as Status, step: response.step };
  }

  /** Sends one request and waits for its answer. Code 0: the connection was refused. `free`: the limit does not count it. */
  *send(
    request: Pick<ApiRequest, 'method' | 'path' | 'query' | 'body' | 'contentType' | 'accept' | 'causes'>,
    free = false,
  ): Process<ApiResponse> {
    return (yield (resume) => {
      const held = free ? 0 : this.limiter.reserve();
      const serve = timeToServe(request.method, request.path);
      const jitter = Math.round(this.random.float() * (request.method === 'GET' ? JITTER / 4 : JITTER));
      const sentAt = this.kernel.now + held;
      this.kernel.schedule(held + NETWORK + serve + jitter, () => {
        if (!this.scope.alive) return;
        const { actor, userAgent, credential } = this.identity;
        const sent = { accept: 'application/json', ...request, actor, userAgent, credential, sentAt };
        this.server.submit(sent, (response) => {
          this.kernel.schedule(ANSWER, () => resume(response));
        });
      });
    }) as ApiResponse;
  }
}

function timeToServe(method: ApiRequest['method'], path: string): number {
  if (method === 'GET') return SERVE_READ;
  return method === 'POST' && path.endsWith('/pods') ? SERVE_NEW_POD : SERVE_WRITE;
}

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const UNREACHABLE: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: 'ServiceUnavailable',
  message: 'connection refused',
  code: 0,
};
