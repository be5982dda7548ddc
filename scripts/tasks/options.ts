import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UserError } from '../lib/say.mjs';

/** Parses a script's flags; an unknown one is an error that lists those there are. */
export function options<T extends ParseArgsOptionsConfig>(args: string[], known: T, positionals = false) {
  try {
    return parseArgs({ args, options: known, allowPositionals: positionals, strict: true });
  } catch (error) {
    const flags = Object.entries(known).map(([name, { type }]) =>
      type === 'string' ? `--${name} VALUE` : `--${name}`,
    );
    throw new UserError(`${error instanceof Error ? error.message : error}\nflags: ${flags.join(', ') || 'none'}`);
  }
}
