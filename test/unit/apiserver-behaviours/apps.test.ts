import { BATCH } from './batch-specs.ts';
import { DAEMONS } from './daemon-specs.ts';
import { DEPLOYMENTS } from './deployment-specs.ts';
import { REPLICAS } from './replica-specs.ts';
import { hold } from './support.ts';

hold('deployments', DEPLOYMENTS);
hold('replicas', REPLICAS);
hold('daemons', DAEMONS);
hold('batch', BATCH);
