// Constraints over the devices of a claim: one value of an attribute for all of them, or another for each.
// Models matchAttributeConstraint and distinctAttributeConstraint of k8s.io/dynamic-resource-allocation/structured, v1.36.
import type { Device, DeviceAttribute, DeviceConstraint } from '../../../model/generated/resource.v1.ts';

export interface Candidate {
  readonly request: string;
  /** Of a request with alternatives. */
  readonly subRequest?: string;
  readonly driver: string;
  readonly device: Device;
}

/** Takes devices in, and gives them back in the opposite order. */
export interface Constraint {
  /** False when the device breaks it; then nothing was taken in. */
  add(c: Candidate): boolean;
  remove(c: Candidate): void;
}

function attributeOf({ driver, device }: Candidate, name: string): DeviceAttribute | undefined {
  const full = device.attributes?.[name];
  if (full !== undefined) return full;
  const slash = name.indexOf('/');
  return slash >= 0 && name.slice(0, slash) === driver ? device.attributes?.[name.slice(slash + 1)] : undefined;
}

/** Equal attributes have equal texts; undefined for one of no known type. */
function textOf(a: DeviceAttribute): string | undefined {
  if (a.string !== undefined) return `s${a.string}`;
  if (a.int !== undefined) return `i${a.int}`;
  if (a.bool !== undefined) return `b${a.bool}`;
  return a.version === undefined ? undefined : `v${a.version}`;
}

export function constraintOf({ requests = [], matchAttribute, distinctAttribute }: DeviceConstraint): Constraint {
  const applies = ({ request, subRequest }: Candidate): boolean =>
    requests.length === 0 ||
    requests.includes(request) ||
    (subRequest !== undefined && requests.includes(`${request}/${subRequest}`));
  const name = matchAttribute ?? distinctAttribute ?? '';
  const values: string[] = [];
  return {
    add(c) {
      if (!applies(c)) return true;
      const attribute = attributeOf(c, name);
      const text = attribute && textOf(attribute);
      if (text === undefined) return false;
      const known = values.includes(text);
      if (matchAttribute === undefined ? known : values.length > 0 && !known) return false;
      values.push(text);
      return true;
    },
    remove(c) {
      if (applies(c)) values.pop();
    },
  };
}
