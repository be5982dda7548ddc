import { CUSTOM, PUBLISHED } from './custom-specs.ts';
import { hold } from './support.ts';

hold('custom', CUSTOM);
hold('published', PUBLISHED);
