// Watches, and lists in chunks and in other forms.
import { expect } from 'vitest';
import { type Loose, refused, type Spec, type Stream, type Trial } from './trial.ts';

const LABEL = 'watch-this-configmap';
const A = { [LABEL]: 'multiple-watchers-A' };
const B = { [LABEL]: 'multiple-watchers-B' };

const told = (stream: Stream): string[] => stream.events.map((e) => `${e.type} ${e.object.metadata.name}`);

/** No more than this has been told, also a little later. */
async function only(t: Trial, stream: Stream, ...events: string[]): Promise<void> {
  await t.until(`events ${events}`, () => stream.events.length >= events.length);
  await t.pause(2);
  expect(told(stream)).toEqual(events);
}

async function observed(t: Trial): Promise<void> {
  const maps = t.of('v1', 'configmaps');
  const a = await maps.watch({ labelSelector: `${LABEL}=multiple-watchers-A` });
  const b = await maps.watch({ labelSelector: `${LABEL}=multiple-watchers-B` });
  const ab = await maps.watch({ labelSelector: `${LABEL} in (multiple-watchers-A,multiple-watchers-B)` });
  await maps.create({ metadata: { name: 'a', labels: A } });
  await maps.change('a', (x) => {
    x.data = { mutation: '1' };
  });
  await maps.change('a', (x) => {
    x.data = { mutation: '2' };
  });
  await maps.remove('a');
  await only(t, a, 'ADDED a', 'MODIFIED a', 'MODIFIED a', 'DELETED a');
  await maps.create({ metadata: { name: 'b', labels: B } });
  await maps.remove('b');
  await only(t, b, 'ADDED b', 'DELETED b');
  await only(t, ab, 'ADDED a', 'MODIFIED a', 'MODIFIED a', 'DELETED a', 'ADDED b', 'DELETED b');
  expect(ab.events[2]?.object.data).toEqual({ mutation: '2' });
}

async function fromVersion(t: Trial): Promise<void> {
  const maps = t.of('v1', 'configmaps');
  await maps.create({ metadata: { name: 'm', labels: A } });
  const first = await maps.change('m', (x) => {
    x.data = { mutation: '1' };
  });
  await maps.change('m', (x) => {
    x.data = { mutation: '2' };
  });
  await maps.remove('m');
  const { resourceVersion } = first.metadata;
  const w = await maps.watch({ labelSelector: `${LABEL}=multiple-watchers-A`, resourceVersion });
  await only(t, w, 'MODIFIED m', 'DELETED m');
}

async function restarted(t: Trial): Promise<void> {
  const maps = t.of('v1', 'configmaps');
  const labelSelector = `${LABEL}=multiple-watchers-A`;
  const broken = await maps.watch({ labelSelector });
  await maps.create({ metadata: { name: 'm', labels: A } });
  await maps.change('m', (x) => {
    x.data = { mutation: '1' };
  });
  const last = await t.event(broken, 'MODIFIED');
  broken.stop();
  await maps.change('m', (x) => {
    x.data = { mutation: '2' };
  });
  const again = await maps.watch({ labelSelector, resourceVersion: last.metadata.resourceVersion });
  await maps.remove('m');
  await only(t, again, 'MODIFIED m', 'DELETED m');
}

async function leaving(t: Trial): Promise<void> {
  const maps = t.of('v1', 'configmaps');
  const w = await maps.watch({ labelSelector: `${LABEL}=multiple-watchers-A` });
  await maps.create({ metadata: { name: 'm', labels: A } });
  await maps.change('m', (x) => {
    x.data = { mutation: '1' };
  });
  await maps.change('m', (x) => {
    x.metadata.labels = { [LABEL]: 'wrong-value' };
  });
  await only(t, w, 'ADDED m', 'MODIFIED m', 'DELETED m');
  // What left the selection is told as it was within.
  expect(w.events[2]?.object.data).toEqual({ mutation: '1' });
  await maps.change('m', (x) => {
    x.data = { mutation: '2' };
  });
  await maps.change('m', (x) => {
    x.metadata.labels = A;
  });
  await maps.change('m', (x) => {
    x.data = { mutation: '3' };
  });
  await maps.remove('m');
  await only(t, w, 'ADDED m', 'MODIFIED m', 'DELETED m', 'ADDED m', 'MODIFIED m', 'DELETED m');
  expect(w.events[5]?.object.data).toEqual({ mutation: '3' });
}

async function sameOrder(t: Trial): Promise<void> {
  const maps = t.of('v1', 'configmaps');
  const from = await maps.list();
  const streams: Stream[] = [];
  let { resourceVersion } = from.metadata;
  for (let i = 0; i < 30; i++) {
    const made = await maps.create({ metadata: { name: `m-${i % 3}-${i}` } });
    streams.push(await maps.watch({ resourceVersion }));
    if (i % 2 === 0)
      await maps.change(`m-${i % 3}-${i}`, (x) => {
        x.data = { i: String(i) };
      });
    else await maps.remove(`m-${i % 3}-${i}`);
    resourceVersion = made.metadata.resourceVersion;
  }
  const versions = (s: Stream): string[] => s.events.map((e) => e.object.metadata.resourceVersion);
  const all = await t.until('all events', () => streams[0] && streams[0].events.length >= 60 && versions(streams[0]));
  for (const s of streams) {
    const own = await t.until(
      'events',
      () => s.events.at(-1)?.object.metadata.resourceVersion === all.at(-1) && versions(s),
    );
    expect(own).toEqual(all.slice(-own.length));
  }
}

/** Many objects, one page after the other: pages are full, agree on a version, and count down what remains. */
async function chunks(t: Trial): Promise<void> {
  const templates = t.of('v1', 'podtemplates');
  const count = 40;
  for (let i = 0; i < count; i++) {
    const spec = { containers: [{ name: 'test', image: 'test2' }] };
    await templates.create({ metadata: { name: `template-${String(i).padStart(4, '0')}` }, template: { spec } });
  }
  for (const limit of [7, 13, 40, 41]) {
    let seen = 0;
    let version = '';
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page: Loose = await templates.list({ limit: String(limit), ...(next === '' ? {} : { continue: next }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      for (const item of page.items) expect(item.metadata.name).toBe(`template-${String(seen++).padStart(4, '0')}`);
      version ||= page.metadata.resourceVersion;
      expect(page.metadata.resourceVersion).toBe(version);
      next = page.metadata.continue || undefined;
      expect(page.metadata.remainingItemCount ?? 0).toBe(count - seen);
    }
    expect(seen).toBe(count);
  }
  const whole = await templates.list({ limit: '0', resourceVersion: '0' });
  expect(whole.items).toHaveLength(count);
}

async function noTable(t: Trial): Promise<void> {
  const status = await refused(
    t.ask({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { nonResourceAttributes: { path: '/', verb: 'get' } },
      },
    }),
    406,
  );
  expect(status.reason).toBe('NotAcceptable');
}

const WATCHERS = '[sig-api-machinery] Watchers should';

export const WATCHES: readonly Spec[] = [
  {
    title: `${WATCHERS} observe add, update, and delete watch notifications on configmaps [Conformance]`,
    run: observed,
  },
  { title: `${WATCHERS} be able to start watching from a specific resource version [Conformance]`, run: fromVersion },
  {
    title: `${WATCHERS} be able to restart watching from the last resource version observed by the previous watch [Conformance]`,
    run: restarted,
  },
  {
    title: `${WATCHERS} observe an object deletion if it stops meeting the requirements of the selector [Conformance]`,
    run: leaving,
  },
  { title: `${WATCHERS} receive events on concurrent watches in same order [Conformance]`, run: sameOrder },
  {
    title:
      '[sig-api-machinery] Servers with support for API chunking should return chunks of results for list calls [Conformance]',
    run: chunks,
  },
  {
    title:
      '[sig-api-machinery] Servers with support for Table transformation should return a 406 for a backend which does not implement metadata [Conformance]',
    run: noTable,
  },
];
