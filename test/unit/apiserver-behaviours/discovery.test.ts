import { DISCOVERIES } from './discovery-specs.ts';
import { FIELD_CHECKS } from './fields-specs.ts';
import { hold } from './support.ts';

hold('discovery', DISCOVERIES);
hold('fields', FIELD_CHECKS);
