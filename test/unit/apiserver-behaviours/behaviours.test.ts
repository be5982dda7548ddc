import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedPath } from '../../support/shared.ts';
import { InProcess } from './in-process.ts';
import { BEHAVIOURS } from './index.ts';
import { hold } from './trial.ts';

describe.each(Object.entries(BEHAVIOURS))('%s', (group, specs) => {
  const server = new InProcess(group);
  it.each(specs.map((spec, i) => [spec.title, spec, i] as const))('%s', (_, spec, i) =>
    hold(server, spec, `${group}-${i + 1}`),
  );
});

it('every behaviour that passed on a real control plane is tried, and once', () => {
  const names = readFileSync(sharedPath('conformance', 'e2e-names.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(names.length).toBeGreaterThan(100);
  const titles = Object.values(BEHAVIOURS).flatMap((specs) => specs.map(({ title }) => title));
  expect(titles.sort()).toEqual(names.sort());
});
