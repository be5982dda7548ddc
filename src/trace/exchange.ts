// What went over the wire for one step: made when somebody asks, never part of a trace.

export interface Exchange {
  readonly request: {
    /** `POST /apis/apps/v1/namespaces/demo/deployments?fieldManager=kubectl` */
    readonly line: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** A JSON value, without what is secret; or text. */
    readonly body?: unknown;
  };
  readonly response: {
    readonly code: number;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body?: unknown;
    /** Why there is no body to show. */
    readonly note?: string;
  };
  /** What was written: the key and its revision, and the revision that it had before. */
  readonly etcd?: { readonly key: string; readonly revision: number; readonly before?: number };
}
