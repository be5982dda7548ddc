import { PODS, SCHEDULING } from './pod-specs.ts';
import { hold } from './support.ts';

hold('pods', PODS);
hold('scheduling', SCHEDULING);
