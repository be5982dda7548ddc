import { runTask } from './lib/bootstrap.mjs';

await runTask('coverage-fields');
