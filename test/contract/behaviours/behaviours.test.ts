// Upstream's conformance behaviours against the served simulator, over HTTPS and in protobuf as client-go speaks.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type SimulatedCluster, startSimulatedCluster } from '../../../scripts/tasks/simulated-cluster.ts';
import { define } from '../../unit/apiserver-behaviours/custom.ts';
import { BEHAVIOURS } from '../../unit/apiserver-behaviours/index.ts';
import { begin, hold, type Loose } from '../../unit/apiserver-behaviours/trial.ts';
import { Served } from './https.ts';

const SPEED = 100;
let cluster: SimulatedCluster;
let server: Served;

beforeAll(async () => {
  cluster = await startSimulatedCluster(['--runtime', 'fake', '--speed', String(SPEED)]);
  server = new Served(cluster.kubeconfig, SPEED);
});

afterAll(async () => {
  server.close();
  await cluster.stop();
});

describe.each(Object.entries(BEHAVIOURS))('%s', (group, specs) => {
  it.each(specs.map((spec, i) => [spec.title, spec, i] as const))('%s', (_, spec, i) =>
    hold(server, spec, `${group}-${i + 1}`),
  );
});

describe('kubectl explain', () => {
  /** What it prints of a path below the kind; what it complains of where it fails. */
  function explained(path: string): string {
    const args = ['--kubeconfig', cluster.kubeconfig, 'explain', path];
    const { stdout, stderr } = spawnSync(inject('kubectl'), args, { encoding: 'utf8' });
    return stdout.includes('DESCRIPTION') ? stdout : stderr;
  }

  // The patterns are those of upstream's CustomResourcePublishOpenAPI specs.
  it('tells of custom kinds what their schemas say, and of metadata what every object has', async () => {
    const t = await begin(server, 'explain');
    const text = (description: string): Loose => ({ description, type: 'string' });
    const items = { type: 'object', properties: { name: text('Name of Bar.'), age: text('Age of Bar.') } };
    const bars = { description: 'List of Bars and their specs.', type: 'array', items };
    const spec = { description: 'Specification of Foo', type: 'object', properties: { bars } };
    const schema = { description: 'Foo CRD for Testing', type: 'object', properties: { spec } };
    const foo = await define(t, { namespaced: true, schema });
    const open = await define(t, { namespaced: true });
    const { plural } = foo;
    expect(explained(plural)).toMatch(
      /DESCRIPTION:.*Foo CRD for Testing.*FIELDS:.*apiVersion.*<string>.*APIVersion defines.*spec.*<Object>.*Specification of Foo/s,
    );
    expect(explained(`${plural}.metadata`)).toMatch(
      /DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp/s,
    );
    expect(explained(`${plural}.spec`)).toMatch(/FIELDS:.*bars.*<\[\]Object>.*List of Bars and their specs/s);
    expect(explained(`${plural}.spec.bars`)).toMatch(/FIELD:.*bars.*<\[\]Object>.*name.*<string>.*Name of Bar/s);
    expect(explained(`${plural}.spec.bars2`)).toContain('field "bars2" does not exist');
    expect(explained(open.plural)).toMatch(/DESCRIPTION:.*<empty>/s);
    await t.end();
  });
});
