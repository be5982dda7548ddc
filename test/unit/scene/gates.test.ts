import { describe, expect, it } from 'vitest';
import type { Stage } from '../../../src/trace/step.ts';
import { atGate } from '../../../webview/scene/gates.ts';

const told = (verdict: Stage['verdict'], text: string): Stage => ({ stage: 'validating-admission', verdict, text });

describe('a gate that tells more than once', () => {
  const policies = [told('ok', 'policy a: true'), told('ok', 'policy b: false'), told('refused', 'no')];

  it('has refused where one of them did, and shows what all said', () => {
    expect(atGate(policies, 'validating-admission')).toEqual(told('refused', 'policy a: true\npolicy b: false\nno'));
    expect(atGate(policies.slice(0, 2), 'validating-admission')?.verdict).toBe('ok');
    expect(atGate([told('ok', 'a'), told('skipped', 'b')], 'validating-admission')).toEqual(told('ok', 'a'));
  });

  it('was not reached where nothing was told', () => {
    expect(atGate(policies, 'storage')).toBeUndefined();
  });
});
