// What an extension host is pointed at. Every *.test.ts of this folder is imported here; test/tidy checks that.
import './activation.test.ts';

export { runTests as run } from './harness.ts';
