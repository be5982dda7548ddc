// What goes wrong, as objects for a simulated cluster: which fields' records say so, and how it shows.
import type { Scene } from './scene-objects.ts';
import { POD_SCENES } from './scenes-pods.ts';
import { WORKLOAD_SCENES } from './scenes-workloads.ts';

export const SCENES: readonly Scene[] = [...POD_SCENES, ...WORKLOAD_SCENES];
