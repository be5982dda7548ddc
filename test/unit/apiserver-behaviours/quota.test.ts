import { QUOTAS } from './quota-specs.ts';
import { hold } from './support.ts';

hold('quota', QUOTAS);
