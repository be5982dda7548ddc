import { describe, expect, test } from 'vitest';
import { Sharing } from '../../../src/trace/share.ts';
import type { Step } from '../../../src/trace/step.ts';
import { deploymentSteps } from '../scene/recording.ts';

const copies = (): Step[] => JSON.parse(JSON.stringify(deploymentSteps(5, 3)));

describe('sharing', () => {
  test('changes nothing that a step says', () => {
    const sharing = new Sharing();
    const steps = copies();
    expect(steps.map((step) => sharing.share(step))).toEqual(steps);
  });

  test('keeps one copy of actors, objects and gates', () => {
    const sharing = new Sharing();
    const steps = [...copies(), ...copies()].map((step) => sharing.share(step));
    const distinct = <T>(of: (step: Step) => T | undefined): number => new Set(steps.map(of)).size;
    const said = <T>(of: (step: Step) => T | undefined): number =>
      new Set(steps.map((s) => JSON.stringify(of(s)))).size;
    for (const part of [(s: Step) => s.actor, (s: Step) => s.object, (s: Step) => s.request?.stages[0]]) {
      expect(distinct<unknown>(part)).toBe(said<unknown>(part));
    }
  });

  test('does not take one gate for another that says the same', () => {
    const sharing = new Sharing();
    const [step] = copies().filter((s) => (s.request?.stages.length ?? 0) > 1);
    if (!step?.request) throw new Error('no request');
    const stages = step.request.stages.map((stage) => ({ ...stage, text: 'nothing to do' }));
    const alike = { ...step, request: { ...step.request, stages } };
    expect(sharing.share(alike)).toEqual(alike);
  });
});
