// The sign of each role in the palette, drawn for this product in a box of 16 × 16 whose middle is 0,0: a shape of its own
// for each, so that colour is never the only difference. `fill` parts are filled, `line` parts are stroked.
export interface RoleSign {
  readonly fill?: string;
  readonly line?: string;
}

/** By colour role. */
export const COMPONENT_SIGNS: { readonly [role: string]: RoleSign } = {
  api: { line: 'M-6,-5H6V-1H-6ZM-6,1H6V5H-6ZM-3.6,-3H-3.4M-3.6,3H-3.4' },
  etcd: { line: 'M-5,-4C-5,-6.6 5,-6.6 5,-4C5,-1.4 -5,-1.4 -5,-4V4C-5,6.6 5,6.6 5,4V-4M-5,0C-5,2.6 5,2.6 5,0' },
  controller: { line: 'M4.9,-2.4A5.4,5.4 0 1,0 5.4,0.6M5.6,-5.6V-2H2' },
  scheduler: { line: 'M-5.2,0a5.2,5.2 0 1,0 10.4,0a5.2,5.2 0 1,0 -10.4,0ZM0,-7V-3.4M0,3.4V7M-7,0H-3.4M3.4,0H7' },
  kubelet: { line: 'M-5.5,-5.5H5.5V5.5H-5.5ZM-2,-2H2V2H-2Z' },
  runtime: { line: 'M0,-6.2L5.6,-3.1V3.1L0,6.2L-5.6,3.1V-3.1ZM-5.6,-3.1L0,0L5.6,-3.1M0,0V6.2' },
  network: {
    line: 'M-5,4L0,-4L5,4',
    fill: 'M-7,4a2,2 0 1,0 4,0a2,2 0 1,0 -4,0ZM-2,-4a2,2 0 1,0 4,0a2,2 0 1,0 -4,0ZM3,4a2,2 0 1,0 4,0a2,2 0 1,0 -4,0Z',
  },
  user: { line: 'M-2.8,-3a2.8,2.8 0 1,0 5.6,0a2.8,2.8 0 1,0 -5.6,0ZM-6,6.4C-6,0.6 6,0.6 6,6.4' },
};
