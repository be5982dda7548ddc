// The command line's entry point: wiring only.

import { annotate } from './node/cli/annotate.ts';
import { explain } from './node/cli/explain.ts';
import { fault } from './node/cli/fault.ts';
import { main } from './node/cli/main.ts';
import { schedule } from './node/cli/schedule.ts';
import { simulate } from './node/cli/simulate.ts';
import { trace } from './node/cli/trace.ts';

process.exitCode = await main([simulate, fault, trace, explain, annotate, schedule], process.argv.slice(2));
// Sockets and timers of a served cluster must not keep a finished command alive.
process.exit();
