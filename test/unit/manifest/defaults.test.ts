// Hints of what will be filled in are held to what a real API server stored.
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';

const knowledge = sourceKnowledge();

interface Recorded {
  readonly request: { readonly kind: string };
  readonly response: unknown;
}
const recorded: Recorded[] = JSON.parse(fs.readFileSync(sharedPath('validation', 'defaulted.json'), 'utf8'));

function hintsOf(text: string) {
  const service = createManifestService({ knowledge });
  service.update('u', 1, text);
  return service.defaults('u');
}

/** Every object of a value with those that stand at the same place of another. */
function* pairs(one: unknown, other: unknown): Generator<[Record<string, unknown>, Record<string, unknown>]> {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return;
  if (!Array.isArray(one)) yield [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const [key, value] of Object.entries(one)) yield* pairs(value, (other as Record<string, unknown>)[key]);
}

describe('defaults', () => {
  test.each(recorded.map((one) => [one.request.kind, one] as const))(
    'of %s are what was stored',
    (_, { request, response }) => {
      // One field a line, so that the object at a hint is found by its line.
      const text = JSON.stringify(request, null, 1);
      const stored = [...pairs(request, response)];
      const wrong = hintsOf(text).flatMap(({ fields }) =>
        fields.filter(({ field, value }) => {
          const same = JSON.stringify(value);
          return !stored.some(([asked, kept]) => !(field in asked) && JSON.stringify(kept[field]) === same);
        }),
      );
      expect(wrong).toEqual([]);
    },
  );

  test('most of what a Deployment is given is told', () => {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers:
      - name: c
        image: i
        ports: [{containerPort: 80}]
`;
    const hints = hintsOf(text).map(
      ({ at, fields }) => `${at.line + 1}:${at.column} ${fields.map(({ field }) => field)}`,
    );
    expect(hints).toEqual([
      '4:5 replicas,revisionHistoryLimit,progressDeadlineSeconds',
      '8:9 restartPolicy,terminationGracePeriodSeconds,dnsPolicy,securityContext,schedulerName',
      '10:15 terminationMessagePath,terminationMessagePolicy',
      '12:34 protocol',
    ]);
  });

  test('admission fills in pods, not their templates', () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: []\n';
    const fields = hintsOf(pod).flatMap((hint) => hint.fields.map(({ field }) => field));
    expect(fields).toContain('serviceAccountName');
  });

  test('nothing is said of templates, of half-written texts and of other YAML', () => {
    expect(hintsOf('apiVersion: v1\nkind: Pod\nspec:\n  nodeName: {{ .x }}\n')).toEqual([]);
    expect(hintsOf('apiVersion: v1\nkind: Pod\nspec:\n\tx: [\n')).toEqual([]);
    expect(hintsOf('services:\n  web: {}\n')).toEqual([]);
  });
});
