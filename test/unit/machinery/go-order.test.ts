import { describe, expect, it } from 'vitest';
import { schemaForKind } from '../../../src/model/schema.ts';
import { inGoOrder } from '../../../src/simulator/apiserver/machinery/go-order.ts';

const type = schemaForKind('v1', 'Pod');

const text = (o: unknown): string => JSON.stringify(o);

describe('the order in which Go writes fields', () => {
  it('is that of the struct, and sorted in maps; sets of fields stay as they are', () => {
    const pod = {
      spec: { nodeSelector: { b: '1', a: '2' }, containers: [{ image: 'x', name: 'c' }], volumes: [] },
      metadata: {
        managedFields: [{ fieldsV1: { 'f:spec': {}, 'f:metadata': { 'f:b': {}, 'f:a': {}, '.': {} } }, manager: 'm' }],
        labels: { z: '1', y: '2' },
        name: 'p',
      },
      apiVersion: 'v1',
      kind: 'Pod',
    };
    expect(text(inGoOrder(pod, type, undefined))).toBe(
      text({
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: {
          name: 'p',
          labels: { y: '2', z: '1' },
          managedFields: [
            { manager: 'm', fieldsV1: { 'f:spec': {}, 'f:metadata': { 'f:b': {}, 'f:a': {}, '.': {} } } },
          ],
        },
        spec: { volumes: [], containers: [{ name: 'c', image: 'x' }], nodeSelector: { a: '2', b: '1' } },
      }),
    );
  });

  it('is sorted throughout for what has no Go type', () => {
    const custom = { spec: { b: [{ d: 1, c: 2 }], a: 1 }, kind: 'K', apiVersion: 'v1' };
    expect(text(inGoOrder(custom, undefined, undefined))).toBe(
      text({ apiVersion: 'v1', kind: 'K', spec: { a: 1, b: [{ c: 2, d: 1 }] } }),
    );
  });

  it('leaves what is in order as it is, and does not look at what is shared with an earlier object', () => {
    const spec = { containers: [{ name: 'c' }] };
    const pod = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p' }, spec };
    expect(inGoOrder(pod, type, undefined)).toBe(pod);
    const shared = { nodeName: 'n', containers: [{ image: 'x', name: 'c' }] };
    const next = inGoOrder({ spec: shared, kind: 'Pod' }, type, { spec: shared });
    expect(next.spec).toBe(shared);
    expect(Object.keys(next)).toEqual(['kind', 'spec']);
  });

  it('keeps names that JavaScript treats in its own way', () => {
    const o = JSON.parse('{"metadata":{"annotations":{"b":"1","__proto__":"x","10":"y","9":"z"}},"kind":"Pod"}');
    const done = inGoOrder(o, type, undefined) as typeof o;
    expect(Object.keys(done.metadata.annotations).sort()).toEqual(['10', '9', '__proto__', 'b']);
    expect(Object.getPrototypeOf(done.metadata.annotations)).toBe(Object.prototype);
  });
});
