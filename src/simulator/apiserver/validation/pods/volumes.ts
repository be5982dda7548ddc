// Models ValidateVolumes of pkg/apis/core/validation.
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  Volume,
} from '../../../../model/generated/core.v1.ts';
import { dnsLabel, quantity } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { validateLabels } from '../labels.ts';
import { type Meta, validateAnnotations } from '../meta.ts';
import { isDns1123Subdomain } from '../names.ts';
import { descendingPath, fileMode } from '../paths.ts';
import { validateClaimSpec } from '../storage/claims.ts';
import { validatePullPolicy } from './enums.ts';
import * as plugins from './plugins.ts';
import { validateDownward, validateItems, validateProjected } from './projected.ts';

type Source = Loose<Volume>;

export interface VolumeContext extends plugins.SourceContext {
  readonly volume: Path;
  /** Absent in a template: the name of the pod is not known there. */
  readonly pod: Meta | undefined;
}

interface SourceRule {
  readonly field: keyof Source;
  /** Where errors inside the source are reported, when not under its own name. */
  readonly at?: string;
  /** Where a second source is refused, when not under its own name. */
  readonly refusedAt?: string;
  readonly check?: (c: VolumeContext, source: never) => void;
}

function secret(c: VolumeContext, source: NonNullable<Source['secret']>): void {
  if (!source.secretName) c.errs.required(c.path.child('secretName'));
  fileMode(c.errs, c.path, 'defaultMode', source.defaultMode);
  validateItems(c.errs, c.path, source.items);
}

function configMap(c: VolumeContext, source: NonNullable<Source['configMap']>): void {
  if (!source.name) c.errs.required(c.path.child('name'));
  fileMode(c.errs, c.path, 'defaultMode', source.defaultMode);
  validateItems(c.errs, c.path, source.items);
}

function gitRepo(c: VolumeContext, source: NonNullable<Source['gitRepo']>): void {
  if (!source.repository) c.errs.required(c.path.child('repository'));
  descendingPath(c.errs, c.path.child('directory'), source.directory ?? '');
}

function emptyDir(c: VolumeContext, source: NonNullable<Source['emptyDir']>): void {
  if (source.sizeLimit !== undefined && quantity(source.sizeLimit).nano < 0n) {
    c.errs.forbidden(c.path.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity');
  }
}

function ephemeral(c: VolumeContext, source: NonNullable<Source['ephemeral']>): void {
  const { volumeClaimTemplate } = source;
  if (!volumeClaimTemplate) c.errs.required(c.path.child('volumeClaimTemplate'));
  else validateClaimTemplate(c.errs, c.path.child('volumeClaimTemplate'), volumeClaimTemplate);
  if (!c.pod?.name || c.name === '') return;
  const claim = `${c.pod.name}-${c.name}`;
  for (const message of isDns1123Subdomain(claim)) {
    c.errs.invalid(c.volume.child('name'), c.name, `PVC name "${claim}": ${message}`);
  }
}

const TEMPLATE_META = new Set(['annotations', 'labels']);

function validateClaimTemplate(errs: Errors, path: Path, template: Loose<PersistentVolumeClaimTemplate>): void {
  const meta = path.child('metadata');
  validateAnnotations(errs, meta.child('annotations'), template.metadata?.annotations);
  validateLabels(errs, meta.child('labels'), template.metadata?.labels);
  for (const [field, value] of Object.entries(template.metadata ?? {})) {
    if (!TEMPLATE_META.has(field) && value !== undefined) errs.forbidden(meta.child(field), 'cannot be set');
  }
  const spec: Loose<PersistentVolumeClaimSpec> = template.spec ?? {};
  validateClaimSpec(errs, path.child('spec'), spec, {});
}

function image(c: VolumeContext, source: NonNullable<Source['image']>): void {
  if (!source.reference) c.errs.required(c.path.child('reference'));
  validatePullPolicy(c.errs, c.path.child('pullPolicy'), source.pullPolicy);
}

/** In the order in which upstream looks; the misspelt paths are upstream's. */
const SOURCES: readonly SourceRule[] = [
  { field: 'emptyDir', check: emptyDir },
  { field: 'hostPath', check: plugins.hostPath },
  { field: 'gitRepo', check: gitRepo },
  { field: 'gcePersistentDisk', at: 'persistentDisk', check: plugins.gcePersistentDisk },
  { field: 'awsElasticBlockStore', check: plugins.awsElasticBlockStore },
  { field: 'secret', check: secret },
  { field: 'nfs', check: plugins.nfs },
  { field: 'iscsi', check: plugins.iscsi },
  { field: 'glusterfs', check: plugins.glusterfs },
  { field: 'flocker', check: plugins.flocker },
  { field: 'persistentVolumeClaim', check: plugins.requiredFields('claimName') },
  { field: 'rbd', check: plugins.rbd },
  { field: 'cinder', check: plugins.cinder },
  { field: 'cephfs', refusedAt: 'cephFS', check: plugins.cephfs },
  { field: 'quobyte', check: plugins.quobyte },
  {
    field: 'downwardAPI',
    refusedAt: 'downwarAPI',
    check: (c, source) => validateDownward(c.errs, c.path, source),
  },
  { field: 'fc', check: plugins.fc },
  { field: 'flexVolume', check: plugins.flexVolume },
  { field: 'configMap', check: configMap },
  { field: 'azureFile', check: plugins.azureFile },
  { field: 'vsphereVolume', check: plugins.requiredFields('volumePath') },
  { field: 'photonPersistentDisk', check: plugins.requiredFields('pdID') },
  { field: 'portworxVolume', check: plugins.requiredFields('volumeID') },
  { field: 'azureDisk', check: plugins.azureDisk },
  { field: 'storageos', check: plugins.storageos },
  { field: 'projected', check: (c, source) => validateProjected(c.errs, c.path, source) },
  { field: 'scaleIO', check: plugins.requiredFields('gateway', 'system', 'volumeName') },
  { field: 'csi', check: plugins.csi },
  { field: 'ephemeral', check: ephemeral },
  { field: 'image', check: image },
];

const RULES = new Map(SOURCES.map((rule, i) => [rule.field as string, { ...rule, order: i }]));

function validateSource(errs: Errors, path: Path, volume: Source, pod: Meta | undefined): void {
  const set: (SourceRule & { readonly order: number })[] = [];
  for (const field in volume) {
    const rule = RULES.get(field);
    if (rule && volume[rule.field] !== undefined) set.push(rule);
  }
  if (set.length > 1) set.sort((a, b) => a.order - b.order);
  const name = volume.name ?? '';
  for (const [i, { field, at, refusedAt, check }] of set.entries()) {
    if (i > 0) errs.forbidden(path.child(refusedAt ?? field), 'may not specify more than 1 volume type');
    else check?.({ errs, path: path.child(at ?? field), volume: path, name, pod, pv: false }, volume[field] as never);
    if (field === 'iscsi') plugins.iscsiName(errs, path, name, volume.iscsi);
  }
  if (set.length === 0) errs.required(path, 'must specify a volume type');
}

export type Volumes = ReadonlyMap<string, Source>;

/** Checks the volumes and returns the sound ones by name: mounts may refer only to those. */
export function validateVolumes(errs: Errors, path: Path, volumes: readonly Source[], pod: Meta | undefined): Volumes {
  const sound = new Map<string, Source>();
  const created = new Set<string>();
  if (pod?.name) for (const v of volumes) if (v.ephemeral) created.add(`${pod.name}-${v.name ?? ''}`);
  for (const [i, volume] of volumes.entries()) {
    const at = path.index(i);
    const before = errs.count;
    const name = volume.name ?? '';
    validateSource(errs, at, volume, pod);
    if (name === '') errs.required(at.child('name'));
    else dnsLabel(errs, at.child('name'), name);
    if (sound.has(name)) errs.duplicate(at.child('name'), name);
    if (errs.count === before) sound.set(name, volume);
    const claim = volume.persistentVolumeClaim?.claimName ?? '';
    if (created.has(claim)) {
      const where = at.child('persistentVolumeClaim').child('claimName');
      errs.invalid(where, claim, 'must not reference a PVC that gets created for an ephemeral volume');
    }
  }
  return sound;
}
