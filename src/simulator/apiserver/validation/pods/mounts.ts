// Models the checks of volumeMounts and volumeDevices.
import type { Container, VolumeDevice, VolumeMount } from '../../../../model/generated/core.v1.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { descendingPath } from '../paths.ts';
import type { Volumes } from './volumes.ts';

type Mount = Loose<VolumeMount>;
type Device = Loose<VolumeDevice>;

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible'];

export function validateMounts(errs: Errors, path: Path, container: Loose<Container>, volumes: Volumes): void {
  const mounts = container.volumeMounts ?? [];
  const devices = container.volumeDevices ?? [];
  const seen = new Set<string>();
  for (const [i, mount] of mounts.entries()) {
    const { name = '', mountPath = '' } = mount;
    const at = path.index(i);
    if (name === '') errs.required(at.child('name'));
    if (!volumes.has(name)) errs.notFound(at.child('name'), name);
    if (mountPath === '') errs.required(at.child('mountPath'));
    if (seen.has(mountPath)) errs.invalid(at.child('mountPath'), mountPath, 'must be unique');
    seen.add(mountPath);
    if (devices.length > 0) validateAgainstDevices(errs, at, mount, devices);
    validateMountDetails(errs, path, at, mount, container);
  }
}

function validateAgainstDevices(errs: Errors, path: Path, mount: Mount, devices: readonly Device[]): void {
  if (devices.some((d) => d.name === mount.name)) {
    errs.invalid(path.child('name'), mount.name ?? '', 'must not already exist in volumeDevices');
  }
  if (devices.some((d) => d.devicePath === mount.mountPath)) {
    errs.invalid(path.child('mountPath'), mount.mountPath ?? '', 'must not already exist as a path in volumeDevices');
  }
}

/** Upstream reports some of these at the list instead of its item; so does this. */
function validateMountDetails(errs: Errors, list: Path, at: Path, mount: Mount, container: Loose<Container>): void {
  const { subPath, subPathExpr, mountPropagation: propagation } = mount;
  if (subPath) descendingPath(errs, list.child('subPath'), subPath);
  if (subPathExpr) {
    if (subPath) errs.invalid(at.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive');
    descendingPath(errs, list.child('subPathExpr'), subPathExpr);
  }
  if (propagation !== undefined) {
    const where = list.child('mountPropagation');
    if (!PROPAGATIONS.includes(propagation)) errs.notSupported(where, propagation, PROPAGATIONS);
    if (propagation === 'Bidirectional' && !container.securityContext?.privileged) {
      errs.forbidden(where, 'Bidirectional mount propagation is available only to privileged containers');
    }
  }
  validateRecursive(errs, list.child('recursiveReadOnly'), mount);
}

function validateRecursive(errs: Errors, path: Path, mount: Mount): void {
  const { recursiveReadOnly: recursive, mountPropagation: propagation } = mount;
  if (recursive === undefined || recursive === 'Disabled') return;
  if (!RECURSIVE.includes(recursive)) {
    errs.notSupported(path, recursive, RECURSIVE);
    return;
  }
  if (!mount.readOnly) errs.forbidden(path, 'may only be specified when readOnly is true');
  if (propagation !== undefined && propagation !== 'None') {
    errs.forbidden(path, 'may only be specified when mountPropagation is None or not specified');
  }
}

export function validateDevices(errs: Errors, path: Path, container: Loose<Container>, volumes: Volumes): void {
  const mounts = container.volumeMounts ?? [];
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [i, { name = '', devicePath = '' }] of (container.volumeDevices ?? []).entries()) {
    const at = path.index(i);
    const volume = volumes.get(name);
    if (name === '') errs.required(at.child('name'));
    if (names.has(name)) errs.invalid(at.child('name'), name, 'must be unique');
    if (!volume) errs.notFound(at.child('name'), name);
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errs.invalid(at.child('name'), name, detail);
    }
    if (devicePath === '') errs.required(at.child('devicePath'));
    if (paths.has(devicePath)) errs.invalid(at.child('devicePath'), devicePath, 'must be unique');
    if (devicePath.split('/').includes('..')) {
      errs.invalid(at.child('devicePath'), devicePath, "can not contain backsteps ('..')");
    } else paths.add(devicePath);
    if (mounts.some((m) => m.name === name)) {
      errs.invalid(at.child('name'), name, 'must not already exist in volumeMounts');
    }
    if (mounts.some((m) => m.mountPath === devicePath)) {
      errs.invalid(at.child('devicePath'), devicePath, 'must not already exist as a path in volumeMounts');
    }
    if (name !== '') names.add(name);
  }
}
