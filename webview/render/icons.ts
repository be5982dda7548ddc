// Signs drawn for this product, in a box of 16 × 16 whose middle is 0,0. Each component and each look of a pod has a shape of
// its own, so that colour is never the only difference. `fill` parts are filled, `line` parts are stroked.
import type { PodLook } from '../scene/looks.ts';

export { COMPONENT_SIGNS } from '../../src/protocol/signs.ts';

export interface Sign {
  readonly fill?: string;
  readonly line?: string;
  /** Drawn over the filled part in the background's colour. */
  readonly cut?: string;
  readonly dashed?: boolean;
}

const circle = (r: number): string => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
const check = 'M-2.8,0.2L-0.8,2.3L3,-2.2';

export const POD_SIGNS: { readonly [look in PodLook]: Sign } = {
  ready: { fill: circle(6), cut: check },
  running: { line: circle(5.25), fill: circle(2.2) },
  creating: { line: circle(5.25), fill: 'M0,-5.25a5.25,5.25 0 0,1 0,10.5Z' },
  pending: { line: circle(5.25), dashed: true },
  failing: { fill: 'M0,-6.2L6.4,5.4H-6.4Z', cut: 'M0,-2.4V1.6M0,3.4V3.6' },
  terminating: { line: `${circle(5.25)}M-2.6,0H2.6` },
  succeeded: { line: `${circle(5.25)}${check}` },
  failed: { fill: 'M-5.4,-5.4H5.4V5.4H-5.4Z', cut: 'M-2.4,-2.4L2.4,2.4M2.4,-2.4L-2.4,2.4' },
  unknown: { line: 'M0,-6.2L6.2,0L0,6.2L-6.2,0ZM-1.4,-1.2C-1.4,-3.4 1.7,-3 1.4,-1.1C1.2,-0.2 0,0 0,1.2M0,3V3.2' },
};

/** What travels: requests are filled, watch deliveries hollow, writes to etcd square, calls on a node pointed. */
export const MESSAGE_SIGNS: { readonly [kind: string]: Sign } = {
  request: { fill: circle(6) },
  watch: { line: circle(5), fill: circle(1.6) },
  storage: { fill: 'M-5,-5H5V5H-5Z' },
  call: { fill: 'M0,-6.4L6.4,0L0,6.4L-6.4,0Z' },
};
