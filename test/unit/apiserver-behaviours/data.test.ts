import { CLAIMS } from './dra-specs.ts';
import { SIMPLE } from './simple-specs.ts';
import { hold } from './support.ts';

hold('simple', SIMPLE);
hold('claims', CLAIMS);
