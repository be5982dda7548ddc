// Fields whose feature gates are off by default in v1.36: the server drops them without a word, unless they are there already.
// Models the dropDisabledFields of pkg/registry/{storage/csidriver,resource/resourceslice}/strategy.go.
import type { Device, ResourceSliceSpec } from '../../../model/generated/resource.v1.ts';
import type { CSIDriverSpec } from '../../../model/generated/storage.v1.ts';
import { type Obj, part } from './strategy.ts';

/** Gate VolumeLimitScaling. */
export function dropOfDriver(o: Obj, old?: Obj): Obj {
  const { preventPodSchedulingIfMissing, ...spec } = part(o, 'spec') as CSIDriverSpec;
  const kept = old && (part(old, 'spec') as CSIDriverSpec).preventPodSchedulingIfMissing !== undefined;
  return preventPodSchedulingIfMissing === undefined || kept ? o : { ...o, spec };
}

/** Gates DRAListTypeAttributes and DRANodeAllocatableResources. */
export function dropOfSlice(o: Obj, old?: Obj): Obj {
  const spec = part(o, 'spec') as Partial<ResourceSliceSpec>;
  const used = (old ? (part(old, 'spec') as Partial<ResourceSliceSpec>).devices : undefined) ?? [];
  const devices = spec.devices?.map((device) => stripped(device, used));
  return devices?.some((device, i) => device !== spec.devices?.[i]) ? { ...o, spec: { ...spec, devices } } : o;
}

function stripped(device: Device, used: readonly Device[]): Device {
  const withMappings = used.some((one) => one.nodeAllocatableResourceMappings);
  const { nodeAllocatableResourceMappings: mappings, ...rest } = device;
  const plain = mappings === undefined || withMappings ? device : rest;
  if (!hasLists(device) || used.some(hasLists)) return plain;
  const attributes = Object.entries(device.attributes ?? {}).map(([name, attribute]) => {
    const { bools: _b, ints: _i, strings: _s, versions: _v, ...scalar } = attribute;
    return [name, scalar];
  });
  return { ...plain, attributes: Object.fromEntries(attributes) };
}

const hasLists = ({ attributes = {} }: Device): boolean =>
  Object.values(attributes).some(({ bools, ints, strings, versions }) => bools ?? ints ?? strings ?? versions);
