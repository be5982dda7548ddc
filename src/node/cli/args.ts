// Command-line flags: what is not known is an error that says so, never ignored.
import { parseArgs } from 'node:util';

/** What the person at the terminal has to mend; printed without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Flag {
  readonly type: 'string' | 'boolean' | 'number';
  readonly help: string;
  /** One letter that stands for the name. */
  readonly short?: string;
  /** Shown in the help: `N`, `FILE`. */
  readonly value?: string;
  readonly default?: string | number;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  readonly min?: number;
  readonly max?: number;
}

export type Flags = { readonly [name: string]: Flag };
export type Values = { readonly [name: string]: string | number | boolean | undefined };

export interface Command {
  readonly name: string;
  /** `FILE.yaml` or the like, after the command's name. */
  readonly positionals: readonly string[];
  readonly about: string;
  readonly flags: Flags;
  run(values: Values, positionals: readonly string[]): Promise<number>;
}

export function parse(command: Command, argv: readonly string[]): { values: Values; positionals: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, f]) => [
      name,
      { type: f.type === 'boolean' ? ('boolean' as const) : ('string' as const), ...(f.short && { short: f.short }) },
    ]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (e) {
    throw new UsageError((e as Error).message.split('. ')[0] ?? '');
  }
  if (parsed.positionals.length !== command.positionals.length) {
    const wanted = command.positionals.join(' ') || 'no arguments';
    throw new UsageError(`'${command.name}' takes ${wanted}, and got: ${parsed.positionals.join(' ') || 'nothing'}`);
  }
  const values: Record<string, string | number | boolean | undefined> = {};
  for (const [name, flag] of Object.entries(command.flags)) values[name] = readValue(name, flag, parsed.values[name]);
  return { values, positionals: parsed.positionals };
}

function readValue(name: string, flag: Flag, given: unknown): string | number | boolean | undefined {
  if (given === undefined) {
    if (flag.required) throw new UsageError(`--${name} is required`);
    return flag.type === 'boolean' ? false : flag.default;
  }
  if (flag.type === 'boolean') return given === true;
  const text = String(given);
  if (flag.choices && !flag.choices.includes(text))
    throw new UsageError(`--${name} takes one of ${flag.choices.join(', ')}, not '${text}'`);
  if (flag.type === 'string') return text;
  const n = Number(text);
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = flag;
  if (text.trim() === '' || !Number.isFinite(n) || n < min || n > max)
    throw new UsageError(
      `--${name} takes a number from ${min} ${flag.max === undefined ? 'up' : `to ${max}`}, not '${text}'`,
    );
  return n;
}

export function help(command: Command): string {
  const usage = ['kube-anatomy', command.name, ...command.positionals].join(' ');
  const rows = Object.entries(command.flags).map(([name, f]) => {
    const left = `  ${f.short ? `-${f.short}, ` : ''}--${name}${f.type === 'boolean' ? '' : ` ${f.choices?.join('|') ?? f.value ?? 'VALUE'}`}`;
    const notes = [f.required ? 'required' : '', f.default === undefined ? '' : `default ${f.default}`]
      .filter(Boolean)
      .join(', ');
    return `${left.padEnd(30)} ${f.help}${notes ? ` (${notes})` : ''}`;
  });
  return `usage: ${usage} [flags]\n\n${command.about}\n\n${rows.join('\n')}\n`;
}
