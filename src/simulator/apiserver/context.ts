// What one request gathers on its way through the gates, and the services that the gates share.
import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import { rfc3339, rfc3339Micro } from '../../kernel/time.ts';
import type { Status } from '../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ResourceInfo } from '../../model/resources.ts';
import { type GroupResource, StatusError } from '../../model/status.ts';
import type { Stage } from '../../trace/step.ts';
import type { Change, Store } from '../store/index.ts';
import type { ApiRequest, Connection, TextStream, Watch } from './api.ts';
import type { RequestCalls } from './outbound/calls.ts';
import type { RequestInfo } from './request.ts';
import type { WatchHub } from './watch/hub.ts';

/** Who a request comes from. Models k8s.io/apiserver/pkg/authentication/user.Info. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: { readonly [key: string]: readonly string[] };
}

export const ANONYMOUS = 'system:anonymous';

type Text = string | (() => string);

export interface Gate {
  readonly stage: Stage['stage'];
  readonly verdict: Stage['verdict'];
  readonly text: Text;
}

export interface Answer {
  readonly code: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly contentType?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly watch?: Watch;
  readonly stream?: TextStream;
  readonly connection?: Connection;
}

/** Ends the request with this answer. */
export function refuse(status: Status): never {
  throw new StatusError(status);
}

/** Everything that handlers need of the server. */
export interface Core {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly hub: WatchHub;
  readonly random: Random;
  /** A stream of its own, so that listening to the audit log does not change what happens. */
  readonly auditIds: Random;
  /** The built-in resources and those of CustomResourceDefinitions. */
  resource(group: string, plural: string, version?: string): ResourceInfo | undefined;
  /** A custom resource in all its versions. */
  versionsOf(r: ResourceInfo): readonly ResourceInfo[];
}

export class Context {
  readonly core: Core;
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  user: User = { name: ANONYMOUS, groups: ['system:unauthenticated'] };
  /** The caller before impersonation. */
  impersonator: User | undefined;
  /** How the caller proved who it is, in words: `client certificate`. */
  proof = '';
  /** What allowed the request: `ClusterRoleBinding "cluster-admin"`. */
  grant = '';
  /** As upstream words it. */
  grantReason = '';
  allowed = false;
  readonly gates: Gate[] = [];
  readonly warnings: string[] = [];
  readonly changes: Change[] = [];
  resource: ResourceInfo | undefined;
  dryRun = false;
  /** Calls to webhooks; absent where there is none to ask, or where nobody may be asked. */
  calls: RequestCalls | undefined;
  /** What the audit log shows as requestObject. */
  requestObject: unknown;
  /** The decoded object with the lists and maps that its body gives as empty; absent where there are none. */
  sent: KubeObject | undefined;
  /** The stored object before and after, for the trace's diff. */
  before: KubeObject | undefined;
  after: KubeObject | undefined;
  /** How many fields the server filled in; worked out when asked. */
  defaulted: (() => number) | undefined;
  /** What the answer leaves out of reality, for the step. */
  simplification: string | undefined;
  auditAnnotations: Record<string, string> | undefined;

  constructor(core: Core, request: ApiRequest, info: RequestInfo) {
    this.core = core;
    this.request = request;
    this.info = info;
  }

  pass(stage: Stage['stage'], text: Text): void {
    this.gates.push({ stage, verdict: 'ok', text });
  }

  skip(stage: Stage['stage'], text: Text): void {
    this.gates.push({ stage, verdict: 'skipped', text });
  }

  /** Ends the request at this gate. `why` says more to learners than the Status does. */
  refuse(stage: Stage['stage'], status: Status, why?: string): never {
    this.gates.push({ stage, verdict: 'refused', text: why ?? status.message ?? '' });
    throw new StatusError(status);
  }

  warn(text: string): void {
    if (!this.warnings.includes(text)) this.warnings.push(text);
  }

  get groupResource(): GroupResource {
    return { group: this.info.group, resource: this.info.resource };
  }

  /** A request that waits for answers is as old as its first handling, so that it asks the same again. */
  private get wallMs(): number {
    return this.calls?.wallMs ?? this.core.kernel.wallMs;
  }

  /** metav1.Time of now. */
  get now(): string {
    return rfc3339(this.wallMs);
  }

  get nowMicro(): string {
    return rfc3339Micro(this.wallMs);
  }
}
