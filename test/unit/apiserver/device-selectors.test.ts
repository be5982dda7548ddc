import { describe, expect, it } from 'vitest';
import { ask, bench } from './support.ts';

const CLASSES = '/apis/resource.k8s.io/v1/deviceclasses';

function answer(expression: string): string {
  const body = { metadata: { name: 'gpu' }, spec: { selectors: [{ cel: { expression } }] } };
  const { code, body: said } = ask(bench(), `POST ${CLASSES}`, body);
  return code === 201 ? 'made' : (said as { message: string }).message;
}

describe('selectors of devices', () => {
  it.each([
    'device.driver == "gpu.example.com" && device.attributes["gpu.example.com"].model == "a100"',
    'device.capacity["gpu.example.com"].memory.compareTo(quantity("10Gi")) >= 0',
    'cel.bind(gpu, device.attributes["gpu.example.com"], gpu.version.isGreaterThan(semver("1.0.0")) && gpu.healthy)',
    'device.attributes["gpu.example.com"].?numa.orValue(0) == 1',
  ])('%s', (expression) => expect(answer(expression)).toBe('made'));

  it.each([
    [
      'device.name == "x"',
      'spec.selectors[0].cel.expression: Invalid value: "device.name == \\"x\\"": compilation failed: ERROR: <input>:1:7: undefined field \'name\'',
    ],
    [
      'device.attributes[true].someBoolean',
      "compilation failed: ERROR: <input>:1:18: found no matching overload for '_[_]' applied to '(map(string, map(string, any)), bool)'\n | device.attributes[true].someBoolean\n | .................^",
    ],
    ['device.driver', 'must evaluate to bool or the unknown type, not string'],
    [
      'device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, a == b && c == d))))',
      'spec.selectors[0].cel.expression: Forbidden: too complex, exceeds cost limit',
    ],
  ])('%s is refused', (expression, words) => expect(answer(expression)).toContain(words));
});
