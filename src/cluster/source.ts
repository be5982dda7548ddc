// The port through which every view sees a cluster, simulated or real.
import type { ObjectCache } from './cache.ts';
import type { Explained } from './failure.ts';
import type { ResourceName } from './resources.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';

export type SourceState =
  | { readonly phase: 'disconnected' }
  | { readonly phase: 'connecting' }
  | {
      readonly phase: 'connected';
      /** Resources that could not be listed, with the reason: the rest is still shown. */
      readonly missing: ReadonlyMap<ResourceName, Explained>;
      /** Set while a broken watch is being opened again: what is shown may be old. */
      readonly stale?: Explained;
    }
  | { readonly phase: 'failed'; readonly message: string; readonly remedy: string };

export interface ClusterSource {
  /** `simulator`, or `context:` and the context's name. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'simulator' | 'kubeconfig';
  readonly state: SourceState;
  readonly cache: ObjectCache;
  onState(listener: (state: SourceState) => void): () => void;
  /** Lists everything, then watches it. Settles when connected or failed; never rejects. */
  connect(): Promise<SourceState>;
  /** Lets go of everything: sockets, timers, objects. */
  disconnect(): void;
  /** One request on a person's behalf. Rejects with FailureError where no answer came. */
  request(request: TransportRequest): Promise<TransportResponse>;
}
