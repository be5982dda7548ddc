export type { Change, KeyValue } from './log.ts';
export { CompactedError, Store, type StoreSnapshot, type Subscriber } from './store.ts';
export { EtcdView } from './view.ts';
