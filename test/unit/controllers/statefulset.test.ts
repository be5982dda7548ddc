import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControllerRevision, StatefulSet } from '../../../src/model/generated/apps.v1.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { OwnerReference } from '../../../src/model/generated/meta.v1.ts';
import { revisionHash, templatePatch } from '../../../src/simulator/controllers/common/history.ts';
import { claimOwners } from '../../../src/simulator/controllers/statefulset/claims.ts';
import { decideStatefulSet, nextStatus } from '../../../src/simulator/controllers/statefulset/decide.ts';
import { podFor } from '../../../src/simulator/controllers/statefulset/identity.ts';
import { NOW, pod } from './objects.ts';

const TEMPLATE = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'redis:7' }] } };

function set(o: Partial<NonNullable<StatefulSet['spec']>> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'demo', uid: 'set', generation: 1 },
    spec: { replicas: 3, selector: {}, serviceName: 'db', template: TEMPLATE, ...o },
  };
}

function revision(name: string): ControllerRevision {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name },
    data: templatePatch(TEMPLATE) as NonNullable<ControllerRevision['data']>,
    revision: 1,
  };
}
const SAME = { current: revision('db-1'), update: revision('db-1') };
const NEW = { current: revision('db-1'), update: revision('db-2') };

function db(ordinal: number, o: Parameters<typeof pod>[1] = {}, rev = 'db-1'): Pod {
  const name = `db-${ordinal}`;
  const labels = {
    'controller-revision-hash': rev,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  return pod(name, { labels, ...o });
}

function does(s: StatefulSet, pods: readonly Pod[], revisions = SAME): string[] {
  const { phases } = decideStatefulSet(s, pods, revisions, NOW);
  const actions = phases.flat(2).filter((a) => a.type !== 'keep' || a.identity);
  return actions.map((a) => `${a.type} ${a.pod.metadata.name}`);
}

describe('an ordered StatefulSet', () => {
  it.each<[string, Pod[], string[]]>([
    ['makes the first pod', [], ['create db-0']],
    ['waits until it is ready', [db(0, { ready: false })], []],
    ['then makes the next', [db(0)], ['create db-1']],
    ['makes a missing one in the middle first', [db(0), db(2)], ['create db-1']],
    ['does nothing while one is going', [db(0), db(1, { deleting: true }), db(2)], []],
    ['removes one that has ended', [db(0), db(1, { phase: 'Failed' })], ['delete db-1']],
    ['looks for the claims of one that is pending', [db(0, { phase: 'Pending' })], ['claims db-0']],
    ['is content with three', [db(0), db(1), db(2)], []],
    ['removes the highest above its size', [db(0), db(1), db(2), db(3), db(4)], ['delete db-4']],
  ])('%s', (_, pods, wanted) => expect(does(set(), pods)).toEqual(wanted));

  it('scales down a sick pod only where no lower one is sick', () => {
    const sick = { ready: false };
    expect(does(set({ replicas: 1 }), [db(0), db(1, sick), db(2, sick)])).toEqual([]);
    expect(does(set({ replicas: 1 }), [db(0), db(1, sick), db(2)])).toEqual(['delete db-2']);
    expect(does(set({ replicas: 1 }), [db(0), db(1), db(2, { ready: false })])).toEqual(['delete db-2']);
  });
  it('counts from ordinals.start', () => {
    expect(does(set({ ordinals: { start: 5 } }), [])).toEqual(['create db-5']);
    expect(does(set({ ordinals: { start: 5 } }), [db(4), db(5), db(6), db(7)])).toEqual(['delete db-4']);
  });
});

describe('a parallel StatefulSet', () => {
  const parallel = set({ podManagementPolicy: 'Parallel' });
  it('makes all at once', () => expect(does(parallel, [])).toEqual(['create db-0', 'create db-1', 'create db-2']));
  it('does not wait for a pod that is not ready', () =>
    expect(does(parallel, [db(0, { ready: false })])).toEqual(['create db-1', 'create db-2']));
});

describe('an update of a StatefulSet', () => {
  const all = [db(0), db(1), db(2)];
  it('starts with the highest ordinal', () => expect(does(set(), all, NEW)).toEqual(['delete db-2']));
  it('goes on when the new pod is ready', () => {
    expect(does(set(), [db(0), db(1), db(2, { ready: false }, 'db-2')], NEW)).toEqual([]);
    expect(does(set(), [db(0), db(1), db(2, {}, 'db-2')], NEW)).toEqual(['delete db-1']);
  });
  it('stops at the partition', () => {
    const s = set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    expect(does(s, [db(0), db(1), db(2, {}, 'db-2')], NEW)).toEqual([]);
  });
  it('leaves it to the user with OnDelete', () =>
    expect(does(set({ updateStrategy: { type: 'OnDelete' } }), all, NEW)).toEqual([]));
  // MaxUnavailableStatefulSet is off in v1.36: the largest ordinal that is not up to date goes, whether it is ready or not.
  it('takes a sick pod of the old revision, and waits for a sick one of the new', () => {
    const parallel = set({ podManagementPolicy: 'Parallel' });
    expect(does(parallel, [db(0), db(1), db(2, { ready: false })], NEW)).toEqual(['delete db-2']);
    expect(does(parallel, [db(0), db(1, { ready: false }, 'db-2'), db(2, {}, 'db-2')], NEW)).toEqual([]);
  });
  it('goes on beside a change of size where pods need no order', () => {
    const parallel = set({ podManagementPolicy: 'Parallel', replicas: 2 });
    expect(does(parallel, [db(0), db(1), db(2)], NEW)).toEqual(['delete db-2', 'delete db-1']);
    expect(does(parallel, [db(0)], NEW)).toEqual(['create db-1']);
  });
});

describe('the status of a StatefulSet', () => {
  it('keeps the old revision until every pod has the new one', () => {
    const half = nextStatus(set(), [db(0), db(1), db(2, {}, 'db-2')], NEW, 0, 0, NOW);
    expect(half).toMatchObject({
      currentRevision: 'db-1',
      updateRevision: 'db-2',
      currentReplicas: 2,
      updatedReplicas: 1,
    });
    const done = nextStatus(
      set(),
      [0, 1, 2].map((n) => db(n, {}, 'db-2')),
      NEW,
      0,
      0,
      NOW,
    );
    expect(done).toMatchObject({ currentRevision: 'db-2', currentReplicas: 3, updatedReplicas: 3 });
  });
  it('does not count a pod that is going as current', () => {
    const s = nextStatus(set({ replicas: 1 }), [db(0), db(1, { deleting: true })], SAME, 0, 0, NOW);
    expect(s).toMatchObject({ replicas: 2, currentReplicas: 1 });
  });
});

describe('the pod of an ordinal', () => {
  it('has its name, labels, host name and claims', () => {
    const s = set({
      volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } }],
    });
    const made = podFor(s, TEMPLATE, 'db-1', 2);
    expect(made.metadata).toMatchObject({ name: 'db-2', generateName: 'db-' });
    expect(made.metadata.labels).toMatchObject({ app: 'db', 'apps.kubernetes.io/pod-index': '2' });
    expect(made.spec).toMatchObject({
      hostname: 'db-2',
      subdomain: 'db',
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-2' } }],
    });
  });
  it('has a revision named as a real cluster named it', () => {
    const template = {
      metadata: { labels: { app: 'db' } },
      spec: {
        containers: [
          {
            name: 'db',
            image: 'redis:7',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'IfNotPresent',
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
      },
    } as const;
    // Recorded in conformance/golden/statefulset-ordered.json.
    expect(revisionHash(templatePatch(template), 0)).toBe('5c64cddf9');
  });
});

describe('the claims of a StatefulSet', () => {
  const policy = (whenDeleted: 'Retain' | 'Delete', whenScaled: 'Retain' | 'Delete'): StatefulSet =>
    set({ replicas: 1, persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
  it.each<['Retain' | 'Delete', 'Retain' | 'Delete', number, string[] | undefined]>([
    ['Retain', 'Retain', 0, undefined],
    ['Delete', 'Retain', 0, ['StatefulSet']],
    ['Delete', 'Retain', 1, ['StatefulSet']],
    ['Retain', 'Delete', 0, undefined],
    ['Retain', 'Delete', 1, ['Pod']],
    ['Delete', 'Delete', 1, ['Pod']],
  ])('whenDeleted %s, whenScaled %s, ordinal %i', (deleted, scaled, ordinal, kinds) =>
    expect(claimOwners(policy(deleted, scaled), db(ordinal), [])?.map((r) => r.kind)).toEqual(kinds),
  );

  // isClaimOwnerUpToDate and updateClaimOwnerRefForSetAndPod in pkg/controller/statefulset/stateful_set_utils.go, v1.36.
  const ref = (kind: string, name: string, uid: string, controller = true): OwnerReference => ({
    apiVersion: kind === 'StatefulSet' ? 'apps/v1' : 'v1',
    kind,
    name,
    uid,
    controller,
  });
  const mine = ref('StatefulSet', 'db', 'set');
  it.each<[string, OwnerReference[], string[] | undefined]>([
    ['the set owns it already', [mine], undefined],
    ['the set owns it without managing it', [ref('StatefulSet', 'db', 'set', false)], ['set']],
    ['somebody else owns a share', [ref('ConfigMap', 'c', 'c', false)], ['c', 'set']],
    ['another controller manages it', [ref('Backup', 'b', 'b')], undefined],
    ['another controller manages it, and the set too', [ref('Backup', 'b', 'b'), mine], ['b']],
    ['an earlier set of that name owns it', [ref('StatefulSet', 'db', 'older')], undefined],
    ['an earlier pod of that name owns it', [ref('Pod', 'db-0', 'older')], undefined],
  ])('%s', (_, known, owners) =>
    expect(claimOwners(policy('Delete', 'Retain'), db(0), known)?.map((r) => r.uid)).toEqual(owners),
  );
});

describe('any StatefulSet', () => {
  it('never makes two pods of one ordinal, nor, in order, more than one at a time', () => {
    const state = fc.constantFrom('absent', 'ready', 'unready', 'pending', 'failed', 'going');
    fc.assert(
      fc.property(fc.array(state, { maxLength: 8 }), fc.nat(8), fc.boolean(), (states, replicas, ordered) => {
        const pods = states.flatMap((s, n) => {
          if (s === 'absent') return [];
          if (s === 'pending' || s === 'failed') return [db(n, { phase: s === 'failed' ? 'Failed' : 'Pending' })];
          return [db(n, { ready: s !== 'unready', deleting: s === 'going' })];
        });
        const s = set({ replicas, podManagementPolicy: ordered ? 'OrderedReady' : 'Parallel' });
        const actions = decideStatefulSet(s, pods, SAME, NOW).phases.flat(2);
        const made = actions.flatMap((a) => (a.type === 'create' ? [a.pod.metadata.name] : []));
        const known = new Set(pods.map((p) => p.metadata.name));
        expect(new Set(made).size).toBe(made.length);
        expect(made.some((name) => known.has(name))).toBe(false);
        if (ordered) expect(actions.filter((a) => a.type === 'create' || a.type === 'delete').length).toBeLessThan(2);
      }),
    );
  });
});
