export type { Change, KeyValue } from './log.ts';
export { CompactedError, Store, type StoreSnapshot, type Subscriber } from './store.ts';
export { type KeyRevision, type KeyRow, keyHistory, listKeys, readKey } from './view.ts';
