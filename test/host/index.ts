// What an extension host is pointed at. Every *.test.ts of this folder is imported here; test/tidy checks that.
import './activation.test.ts';
import './hover.test.ts';
import './editor-diagnostics.test.ts';
import './simulator.test.ts';
import './editor-inlay-hints.test.ts';
import './editor-lenses.test.ts';
import './editor-links.test.ts';
import './editor-navigation.test.ts';
import './editor-symbols.test.ts';
import './editor-field-page.test.ts';
import './etcd.test.ts';
import './clusters.test.ts';
import './blame.test.ts';
import './cluster-hover.test.ts';

export { runTests as run } from './harness.ts';
