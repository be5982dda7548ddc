// What went over the wire for a step, asked for afterwards: headers, bodies, the key in etcd, and never what is secret.
import { expect, test } from 'vitest';
import { WorkerClient } from '../../../src/protocol/worker-client.ts';
import type { Step } from '../../../src/trace/step.ts';
import { parseExchange } from '../../../webview/panels/flow/exchange.ts';
import { inProcessWorker } from '../host/in-process.ts';

const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: door}
stringData: {key: open-sesame}
`;
const POD = `apiVersion: v1
kind: Pod
metadata: {name: one}
spec: {containers: [{name: web, image: 'nginx:1.27'}]}
`;

const port = inProcessWorker();
const client = new WorkerClient(port, () => {});
await client.call('start', {
  nodes: 1,
  controlPlaneNodes: 1,
  seed: 'wire',
  epochMs: Date.UTC(2026, 0, 1),
  speed: 1,
  running: true,
  settled: true,
});
for (const manifest of [SECRET, POD, SECRET.replace('open-sesame', 'open-barley')])
  await client.call('apply', { manifest, source: 'x.yaml', namespace: 'default' });
port.time.pass(5_000);
const steps = await client.call('steps', { after: 0, limit: 100_000 });

async function wireOf(pick: (s: Step) => boolean) {
  const step = steps.find(pick);
  if (!step) throw new Error('no such step');
  return { step, wire: await client.call('exchange', { step: step.id }) };
}

test('a create: what was sent, what came back, and where it was written', async () => {
  const { step, wire } = await wireOf((s) => s.request?.verb === 'create' && s.object?.name === 'one');
  expect(wire?.request.line).toMatch(/^POST \/api\/v1\/namespaces\/default\/pods/);
  expect(wire?.request.headers).toContainEqual(['User-Agent', expect.stringMatching(/^kubectl\//)]);
  expect(wire?.request.body).toMatchObject({ kind: 'Pod', metadata: { name: 'one' } });
  expect(wire?.request.body).not.toHaveProperty('spec.restartPolicy');
  expect(wire?.response).toMatchObject({ code: 201, body: { kind: 'Pod', spec: { restartPolicy: 'Always' } } });
  expect(wire?.etcd).toEqual({ key: '/registry/pods/default/one', revision: Number(step.resourceVersion) });
});

test('a change of the cluster’s own parts: the key’s revision before', async () => {
  const { step, wire } = await wireOf(
    (s) => s.actor.component === 'kubelet' && s.object?.name === 'one' && s.request?.subresource === 'status',
  );
  expect(wire?.request.body).toBeDefined();
  expect(wire?.etcd?.revision).toBe(Number(step.resourceVersion));
  expect(wire?.etcd?.before).toBeLessThan(wire?.etcd?.revision ?? 0);
});

test('values of Secrets are in no body', async () => {
  const about = steps.filter((s) => s.object?.resource === 'secrets' && s.request && s.object.name === 'door');
  expect(about.length).toBeGreaterThan(2);
  for (const { id } of about) {
    const text = JSON.stringify(await client.call('exchange', { step: id }));
    expect(text).not.toMatch(/sesame|barley|b3Blbi/);
  }
  const { wire } = await wireOf((s) => s.request?.verb === 'create' && s.object?.name === 'door');
  expect(wire?.request.body).toMatchObject({ kind: 'Secret', stringData: { key: '<redacted>' } });
});

test('of reads, of upkeep, and of what is no request, it says that there is nothing', async () => {
  const read = await wireOf((s) => s.request?.verb === 'get' && s.actor.component === 'user');
  expect(read.wire?.response.note).toMatch(/not kept/);
  expect((await wireOf((s) => s.kind === 'schedule')).wire).toBeNull();
  expect(parseExchange('null')).toMatch(/not kept/);
  expect(parseExchange('{')).toMatch(/not kept/);
  expect(parseExchange(JSON.stringify(read.wire))).toEqual(read.wire);
});
