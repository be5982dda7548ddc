import { GARBAGE } from './garbage-specs.ts';
import { NAMESPACE } from './namespace-specs.ts';
import { hold } from './support.ts';
import { WATCHES } from './watch-specs.ts';

hold('watches', WATCHES);
hold('namespaces', NAMESPACE);
hold('garbage', GARBAGE);
