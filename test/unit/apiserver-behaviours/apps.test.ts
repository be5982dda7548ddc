import { DEPLOYMENTS } from './deployment-specs.ts';
import { REPLICAS } from './replica-specs.ts';
import { hold } from './support.ts';

hold('deployments', DEPLOYMENTS);
hold('replicas', REPLICAS);
