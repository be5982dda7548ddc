// Which form the caller wants the answer in. Models k8s.io/apiserver/pkg/endpoints/handlers/negotiation.
import { notAcceptable } from '../../model/status.ts';
import { refuse } from './context.ts';

export const JSON_TYPE = 'application/json';
export const YAML_TYPE = 'application/yaml';
const SERVED = [JSON_TYPE, YAML_TYPE];

export interface Wanted {
  readonly type: typeof JSON_TYPE | typeof YAML_TYPE;
  /** `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`, `APIGroupDiscoveryList`. */
  readonly as?: string;
  readonly group?: string;
  readonly version?: string;
}

const META = 'meta.k8s.io/v1';
/** In which group and version an answer can be had that is none of `meta.k8s.io`. */
const VERSIONS: Readonly<Record<string, string>> = { APIGroupDiscoveryList: 'apidiscovery.k8s.io/v2' };

const PLAIN: Wanted = { type: JSON_TYPE };
const cache = new Map<string, readonly Wanted[]>();

function typeOf(media: string): Wanted['type'] | undefined {
  if (media === JSON_TYPE || media === '*/*' || media === 'application/*') return JSON_TYPE;
  return media === YAML_TYPE ? YAML_TYPE : undefined;
}

function parse(accept: string): readonly Wanted[] {
  const known = cache.get(accept);
  if (known !== undefined) return known;
  const ranges = accept.split(',').map((range, index) => {
    const [media = '', ...params] = range.split(';').map((p) => p.trim());
    const of = new Map(params.map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]));
    return { type: typeOf(media.toLowerCase()), of, index, q: Number(of.get('q') ?? '1') };
  });
  ranges.sort((a, b) => b.q - a.q || a.index - b.index);
  const wanted = ranges.flatMap(({ type, of }): Wanted[] => {
    if (type === undefined) return [];
    const as = of.get('as');
    return [{ type, ...(as === undefined ? {} : { as, group: of.get('g') ?? '', version: of.get('v') ?? '' }) }];
  });
  if (cache.size > 500) cache.clear();
  cache.set(accept, wanted);
  return wanted;
}

/** @param transforms what the endpoint can turn its answer into; a range that asks for another one is passed over. */
export function negotiate(accept: string | undefined, transforms: readonly string[]): Wanted {
  if (accept === undefined || accept === '' || accept === JSON_TYPE) return PLAIN;
  for (const w of parse(accept)) {
    if (w.as === undefined || w.as === '') return w;
    if (transforms.includes(w.as) && `${w.group}/${w.version}` === (VERSIONS[w.as] ?? META)) return w;
  }
  return refuse(notAcceptable(SERVED));
}
