// The custom resources that are served, kept up with their definitions. Models apiextensions-apiserver/pkg/apiserver's
// customresource_handler.go.
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../../model/generated/apiextensions.v1.ts';
import type { ResourceInfo, SubresourceInfo } from '../../../model/resources.ts';
import type { Store } from '../../store/index.ts';
import type { WatchHub } from '../watch/hub.ts';
import { DEFINITIONS } from './names.ts';
import { customType, envelopeType } from './schema.ts';
import type { CustomResourceInfo, CustomType } from './types.ts';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const PART_VERBS = ['get', 'patch', 'update'];

export function hasCondition(d: CustomResourceDefinition, type: string): boolean {
  return (d.status?.conditions ?? []).some((c) => c.type === type && c.status === 'True');
}

function subresources(d: CustomResourceDefinition, v: CustomResourceDefinitionVersion): SubresourceInfo[] {
  const own = { group: d.spec.group, version: v.name, kind: d.spec.names.kind };
  const { status, scale } = v.subresources ?? {};
  return [
    ...(status ? [{ name: 'status', ...own, verbs: PART_VERBS }] : []),
    ...(scale ? [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: PART_VERBS }] : []),
  ];
}

function typeOf(d: CustomResourceDefinition, v: CustomResourceDefinitionVersion): CustomType {
  const schema = v.schema?.openAPIV3Schema ?? { 'x-kubernetes-preserve-unknown-fields': true };
  const { kind } = d.spec.names;
  const apiVersion = `${d.spec.group}/${v.name}`;
  return {
    definition: d.metadata.name ?? '',
    schema,
    envelope: envelopeType(kind),
    type: customType(kind, schema),
    hasStatus: v.subresources?.status !== undefined,
    scale: v.subresources?.scale,
    columns: v.additionalPrinterColumns,
    selectableFields: (v.selectableFields ?? []).map((f) => f.jsonPath.replace(/^\./, '')),
    deprecation: v.deprecated ? (v.deprecationWarning ?? `${apiVersion} ${kind} is deprecated`) : undefined,
  };
}

/** Order of versions: stable before beta before alpha, newer first. Models apimachinery/pkg/version.CompareKubeAwareVersionStrings. */
function compareVersions(a: string, b: string): number {
  const rank = (v: string): [number, number, number] => {
    const m = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(v);
    if (m === null) return [-1, 0, 0];
    return [m[2] === undefined ? 2 : m[2] === 'beta' ? 1 : 0, Number(m[1]), Number(m[3] ?? 0)];
  };
  const [x, y] = [rank(a), rank(b)];
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return (y[i] ?? 0) - (x[i] ?? 0);
  return a < b ? -1 : a > b ? 1 : 0;
}

function infosOf(d: CustomResourceDefinition): CustomResourceInfo[] {
  const { group, scope, names, versions } = d.spec;
  const accepted = d.status?.acceptedNames ?? names;
  const served = versions.filter((v) => v.served).sort((a, b) => compareVersions(a.name, b.name));
  const storage = versions.find((v) => v.storage)?.name ?? '';
  return served.map((v, i) => ({
    group,
    version: v.name,
    preferred: i === 0,
    plural: accepted.plural,
    singular: accepted.singular ?? accepted.kind.toLowerCase(),
    kind: accepted.kind,
    listKind: accepted.listKind ?? `${accepted.kind}List`,
    namespaced: scope === 'Namespaced',
    verbs: VERBS,
    shortNames: accepted.shortNames ?? [],
    categories: accepted.categories ?? [],
    subresources: subresources(d, v),
    etcdPrefix: `/registry/${group}/${accepted.plural}`,
    storageVersion: `${group}/${storage}`,
    custom: typeOf(d, v),
  }));
}

export class DefinitionRegistry {
  private readonly byName = new Map<string, CustomResourceInfo[]>();
  private readonly byResource = new Map<string, CustomResourceInfo>();

  constructor(store: Store, hub: WatchHub) {
    for (const kv of store.range(DEFINITIONS)) this.set(kv.value as CustomResourceDefinition);
    store.subscribe((change) => {
      if (change.prefix !== DEFINITIONS) return;
      const name = change.object.metadata.name ?? '';
      const before = this.byName.get(name);
      this.drop(name);
      if (change.current !== undefined) this.set(change.current.value as CustomResourceDefinition);
      // Watchers of a resource that is served no longer, or by another schema, start again.
      if (before?.[0] !== undefined && !this.byName.has(name)) hub.endResource(`${before[0].etcdPrefix}/`);
    });
  }

  find(group: string, plural: string, version?: string): CustomResourceInfo | undefined {
    return this.byResource.get(`${group}/${version ?? ''}/${plural}`);
  }

  /** In the order of their groups and versions. */
  all(): readonly ResourceInfo[] {
    const list = [...this.byName.values()].flat();
    return list.sort((a, b) =>
      a.group === b.group
        ? compareVersions(a.version, b.version) || (a.plural < b.plural ? -1 : 1)
        : a.group < b.group
          ? -1
          : 1,
    );
  }

  private set(d: CustomResourceDefinition): void {
    if (!hasCondition(d, 'Established')) return;
    const infos = infosOf(d);
    this.byName.set(d.metadata.name ?? '', infos);
    for (const r of infos) {
      this.byResource.set(`${r.group}/${r.version}/${r.plural}`, r);
      if (r.preferred) this.byResource.set(`${r.group}//${r.plural}`, r);
    }
  }

  private drop(name: string): void {
    for (const r of this.byName.get(name) ?? []) {
      this.byResource.delete(`${r.group}/${r.version}/${r.plural}`);
      this.byResource.delete(`${r.group}//${r.plural}`);
    }
    this.byName.delete(name);
  }
}
