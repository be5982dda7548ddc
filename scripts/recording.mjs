import { runTask } from './lib/bootstrap.mjs';

await runTask('recording');
