// The bundle that is loaded on the first Connect: @kubernetes/client-node and what it needs.
export { openContext } from './client-node.ts';
