import { OPERATIONS } from './operations-specs.ts';
import { hold } from './support.ts';

hold('operations', OPERATIONS);
