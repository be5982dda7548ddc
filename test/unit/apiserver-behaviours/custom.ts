// CustomResourceDefinitions as behaviours make them.
import { type Loose, type Resource, refused, type Trial } from './trial.ts';

export const DEFINITIONS = 'apiextensions.k8s.io/v1';

export interface Made {
  readonly definition: Loose;
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  /** Objects of one version. */
  readonly objects: (version: string) => Resource;
}

export interface Wanted {
  /** Of each version; open where it is not given. */
  readonly schema?: Loose;
  readonly versions?: readonly string[];
  readonly namespaced?: boolean;
  readonly group?: string;
  readonly suffix?: string;
  readonly labels?: object;
  readonly subresources?: object;
}

const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
let made = 0;

/** Creates the definition and waits until it is served, as upstream's fixtures do. */
export async function define(t: Trial, wanted: Wanted = {}): Promise<Made> {
  const n = ++made;
  const [group, plural] = [wanted.group ?? `tests-${n}.example.com`, `noxu${wanted.suffix ?? n}s`];
  const kind = `WishIHadChosenNoxu${wanted.suffix ?? n}`;
  const versions = wanted.versions ?? ['v1beta1'];
  const subresources = wanted.subresources ? { subresources: wanted.subresources } : {};
  const definitions = t.of(DEFINITIONS, 'customresourcedefinitions');
  const name = `${plural}.${group}`;
  t.cleanup(() => definitions.remove(name));
  await definitions.create({
    metadata: { name, ...(wanted.labels ? { labels: wanted.labels } : {}) },
    spec: {
      group,
      scope: wanted.namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, singular: plural.slice(0, -1), kind, listKind: `${kind}List` },
      versions: versions.map((v, i) => ({
        name: v,
        served: true,
        storage: i === versions.length - 1,
        schema: { openAPIV3Schema: wanted.schema ?? OPEN },
        ...subresources,
      })),
    },
  });
  const definition = await definitions.until(name, 'to be established', (d) =>
    d.status?.conditions?.some((c: Loose) => c.type === 'Established' && c.status === 'True'),
  );
  const served = await t.get(`/apis/${group}/${versions[0]}`);
  if (!served.resources.some((r: Loose) => r.name === plural)) throw new Error(`${plural} is not in discovery`);
  const objects = (version: string): Resource =>
    t.of(`${group}/${version}`, plural, wanted.namespaced ? undefined : '', kind);
  await primed(t, versions.map(objects));
  return { definition, group, plural, kind, objects };
}

/** An object is made and deleted: watches of every version from its creation tell of the deletion first. */
async function primed(t: Trial, versions: readonly Resource[]): Promise<void> {
  const [first] = versions;
  if (first === undefined) return;
  const fields = { alpha: 'foo_123', beta: 10, gamma: 'bar', spec: {} };
  const { metadata } = await first.create({ metadata: { name: 'setup-instance' }, ...fields });
  await first.remove('setup-instance');
  for (const version of versions) {
    const watch = await version.watch({ resourceVersion: metadata.resourceVersion });
    const told = await t.until('an event', () => watch.events[0]);
    if (told.type !== 'DELETED') throw new Error(`expected DELETED, not ${JSON.stringify(told)}`);
    watch.stop();
  }
}

/** Deletes the definition and waits until its resource is served no longer. */
export async function undefine(t: Trial, { definition, group, plural }: Made): Promise<void> {
  const definitions = t.of(DEFINITIONS, 'customresourcedefinitions');
  await definitions.remove(definition.metadata.name);
  await definitions.gone(definition.metadata.name);
  await refused(t.get(`/apis/${group}/${definition.spec.versions[0].name}/${plural}`), 404);
}
