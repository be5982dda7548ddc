// The hash is part of every ReplicaSet's and pod's name: a real cluster's names are the test.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../../../src/model/generated/apps.v1.ts';
import { goForm, templateHash } from '../../../src/simulator/controllers/common/templatehash.ts';
import { sharedPath } from '../../support/shared.ts';

const LABEL = 'pod-template-hash';

/** Hash → the template it is of, from what an observer of a real cluster saw. */
function recorded(): Map<string, NonNullable<ReplicaSet['spec']>['template']> {
  const found = new Map<string, NonNullable<ReplicaSet['spec']>['template']>();
  for (const folder of readdirSync(sharedPath('live'))) {
    const file = path.join(sharedPath('live'), folder, 'watch.jsonl.gz');
    if (!existsSync(file)) continue;
    for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n').filter(Boolean)) {
      const o = JSON.parse(line).object as ReplicaSet;
      const hash = o?.kind === 'ReplicaSet' ? o.metadata.labels?.[LABEL] : undefined;
      if (hash === undefined) continue;
      const { [LABEL]: _, ...labels } = o.spec?.template?.metadata?.labels ?? {};
      found.set(hash, { ...o.spec?.template, metadata: { ...o.spec?.template?.metadata, labels } });
    }
  }
  return found;
}

describe('the pod-template-hash', () => {
  it('is that of a real cluster', () => {
    const found = recorded();
    expect(found.size).toBeGreaterThanOrEqual(3);
    for (const [hash, template] of found) expect(templateHash(template ?? {}, undefined)).toBe(hash);
  });

  it('changes with a collision', () => {
    const template = { spec: { containers: [{ name: 'c', image: 'i' }] } };
    expect(templateHash(template, 0)).not.toBe(templateHash(template, undefined));
    expect(templateHash(template, 1)).not.toBe(templateHash(template, 0));
  });

  it('is of Go’s own form: typed, nil told from empty, maps sorted, quantities as parsed', () => {
    const form = goForm({
      metadata: { labels: { b: '2', a: '1' } },
      spec: {
        containers: [
          {
            name: 'c',
            resources: { requests: { memory: '64Mi', cpu: '100m' } },
            livenessProbe: { tcpSocket: { port: 80 } },
            securityContext: {},
          },
        ],
      },
    });
    expect(form).toContain('Labels:(map[string]string)map[a:1 b:2] Annotations:(map[string]string)<nil>');
    expect(form).toContain('SecurityContext:(*v1.SecurityContext){Capabilities:(*v1.Capabilities)<nil>');
    expect(form).toContain('Port:(intstr.IntOrString){Type:(intstr.Type)0 IntVal:(int32)80 StrVal:(string)}');
    const cpu =
      '{i:(resource.int64Amount){value:(int64)100 scale:(resource.Scale)-3} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)100m';
    const memory =
      '{i:(resource.int64Amount){value:(int64)67108864 scale:(resource.Scale)0} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)64Mi';
    expect(form).toContain(
      `map[cpu:${cpu} Format:(resource.Format)DecimalSI} memory:${memory} Format:(resource.Format)BinarySI}]`,
    );
  });
});
