import { describe, expect, test } from 'vitest';
import { annotate } from '../../../src/node/cli/annotate.ts';
import { help, parse, UsageError } from '../../../src/node/cli/args.ts';
import { explain } from '../../../src/node/cli/explain.ts';

describe('flags of the command line', () => {
  test('a letter stands for its flag', () => {
    for (const argv of [
      ['web.yaml', '-o', 'out.html'],
      ['-o', 'out.html', 'web.yaml'],
      ['--output=out.html', 'web.yaml'],
    ]) {
      const { values, positionals } = parse(annotate, argv);
      expect(values).toMatchObject({ output: 'out.html', markdown: false });
      expect(positionals).toEqual(['web.yaml']);
    }
    expect(help(annotate)).toContain('-o, --output FILE');
  });

  test('what is not known or not complete is refused', () => {
    for (const argv of [[], ['a', 'b'], ['a', '-x'], ['a', '-o']]) {
      expect(() => parse(annotate, argv), argv.join(' ')).toThrow(UsageError);
    }
  });

  test('numbers say from where they count, and a column needs its line', async () => {
    expect(() => parse(explain, ['a', '--line', '0'])).toThrow("--line takes a number from 1 up, not '0'");
    await expect(explain.run(parse(explain, ['a', '--column', '3']).values, ['a'])).rejects.toThrow('give --line too');
  });
});
