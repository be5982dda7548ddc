// The command line: finds the command, prints help and errors. Exit codes: 0 done, 1 it failed, 2 the call is wrong.
import { RefusedError } from '../../model/refused.ts';
import { type Command, help, parse, UsageError } from './args.ts';

export async function main(commands: readonly Command[], argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview(commands));
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((c) => c.name === name);
  if (command === undefined) {
    process.stderr.write(
      `kube-anatomy: there is no command '${name}'. Commands: ${commands.map((c) => c.name).join(', ')}.\n`,
    );
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(help(command));
    return 0;
  }
  try {
    const { values, positionals } = parse(command, rest);
    return await command.run(values, positionals);
  } catch (e) {
    if (e instanceof UsageError) {
      process.stderr.write(`kube-anatomy ${name}: ${e.message}. See 'kube-anatomy ${name} --help'.\n`);
      return 2;
    }
    const remedy = e instanceof RefusedError && e.remedy ? ` ${e.remedy}` : '';
    process.stderr.write(`kube-anatomy ${name}: ${(e as Error).message}${remedy}\n`);
    return 1;
  }
}

function overview(commands: readonly Command[]): string {
  const rows = commands.map((c) => `  ${[c.name, ...c.positionals].join(' ').padEnd(24)} ${c.about.split('\n')[0]}`);
  return `kube-anatomy: see what Kubernetes does, and why\n\nusage: kube-anatomy COMMAND [flags]\n\n${rows.join('\n')}\n\n'kube-anatomy COMMAND --help' says more of each.\n`;
}
