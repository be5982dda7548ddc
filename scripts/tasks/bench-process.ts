// The process that scripts/tasks/bench.ts starts for one file.
import { pathToFileURL } from 'node:url';

const file = process.argv[2] ?? '';
const { default: run } = await import(pathToFileURL(file).href);
const figures = await run();
process.send?.(figures, () => process.exit(0));
