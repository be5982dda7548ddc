// The shell and the files of simulated containers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entries, FileSystem } from '../../../src/simulator/containers/files.ts';
import { bytesOf, FOREVER, textOf } from '../../../src/simulator/containers/program.ts';
import { Shell } from '../../../src/simulator/containers/shell/run.ts';
import { packTar, unpackTar } from '../../../src/simulator/containers/tar.ts';

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly code: number;
  /** µs that it slept. */
  readonly slept: number;
}

/** Runs a script to its end, or for so many waits. */
function run(script: string, input: readonly string[] = [], waits = 1000): Ran {
  const layer: Entries = new Map([
    ['tmp', null],
    ['etc/motd', 'one\ntwo\nthree\n'],
  ]);
  const ran = { out: '', err: '', code: -1, slept: 0 };
  const left = [...input];
  const shell = new Shell({
    out: (s) => {
      ran.out += s;
    },
    err: (s) => {
      ran.err += s;
    },
    *read() {
      return yield { read: true };
    },
    files: new FileSystem([
      { path: '', readOnly: false, entries: () => layer },
      { path: '/fixed', readOnly: true, entries: () => new Map([['key', 'value']]) },
    ]),
    env: new Map([['NAME', 'boat']]),
    hostname: 'pod-1',
    tty: false,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    cwd: '/',
    args: ['sh'],
  });
  const program = shell.script(script);
  for (let i = 0, step = program.next(undefined); i < waits; i++) {
    if (step.done) return { ...ran, code: step.value };
    if ('sleep' in step.value) ran.slept += step.value.sleep;
    step = program.next('read' in step.value ? left.shift() : undefined);
  }
  return ran;
}

describe('the shell of a container', () => {
  it.each([
    ['echo a  b "c  d"', 'a b c  d\n'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own.
    ['echo \'$NAME\' $NAME "$NAME" ${NAME} ${NONE:-none}', '$NAME boat boat boat none\n'],
    ['echo -n x; echo y', 'xy\n'],
    ['for i in 1 2 3; do echo -n $i; done', '123'],
    ['i=0; while [ $i -lt 3 ]; do echo -n $i; i=$((i+1)); done', '012'],
    ['until false; do echo once; break; done', 'once\n'],
    ['if [ -f /etc/motd ]; then echo yes; else echo no; fi', 'yes\n'],
    ['[ -d /nowhere ] && echo yes || echo no', 'no\n'],
    ['false || echo then', 'then\n'],
    ['! true || echo not', 'not\n'],
    ['cat /etc/motd | grep t | wc -l', '2\n'],
    ['head -n 1 /etc/motd; tail -n 1 /etc/motd', 'one\nthree\n'],
    ['echo x > /tmp/f; echo y >> /tmp/f; cat < /tmp/f', 'x\ny\n'],
    ['mkdir -p /tmp/a/b; touch /tmp/a/b/c; ls /tmp/a/b; rm -r /tmp/a; ls /tmp', 'c\n'],
    ['echo $(echo inner) `echo ticks`', 'inner ticks\n'],
    ['(exit 3); echo $?', '3\n'],
    ['x=1; (x=2; cd /tmp); echo $x; pwd', '1\n/\n'],
    ['sh -c "echo $0 $1" a b', 'sh\n'],
    ['date +%F', '2026-01-02\n'],
    ['hostname; cd /etc; pwd', 'pod-1\n/etc\n'],
    ['echo é | wc -c', '3\n'],
    ['# a comment\necho one # another', 'one\n'],
    ['echo $((2 + 3 * (4 - 1)))', '11\n'],
  ])('%s', (script, out) => {
    expect(run(bytesOf(script)).out).toBe(out);
  });

  it.each([
    ['exit 7', 7, ''],
    ['cat /nowhere', 1, 'cat: /nowhere: No such file or directory\n'],
    ['echo x > /fixed/new', 1, "sh: can't open file: Read-only file system\n"],
    ['echo x > /fixed/key; echo $?', 0, "sh: can't open file: Read-only file system\n"],
    ['echo "open', 2, 'sh: syntax error: unterminated quoted string (simulated shell)\n'],
    ['case x in x) echo;; esac', 2, 'sh: "case" is not simulated (simulated shell)\n'],
    ['if true; then echo', 2, 'sh: syntax error: unexpected end of file (expecting "fi") (simulated shell)\n'],
    ['echo 1 >&2', 0, '1\n'],
  ])('%s ends with %i', (script, code, err) => {
    expect(run(script)).toMatchObject({ code, err });
  });

  it('says of a program that it does not know that it is not simulated', () => {
    expect(run('curl example.com')).toMatchObject({ code: 127, err: expect.stringContaining('curl: not simulated') });
  });

  it('sleeps in virtual time, also for ever', () => {
    expect(run('sleep 2; sleep 1m').slept).toBeGreaterThanOrEqual(62_000_000);
    expect(run('sleep infinity & wait', [], 2)).toMatchObject({ code: -1, slept: FOREVER + 1000 });
    expect(run('while true; do :; done', [], 50).code).toBe(-1);
  });

  it('reads commands from its input', () => {
    expect(run('sh', ['echo a\nec', 'ho b\n', 'exit 4\n']).code).toBe(4);
    expect(run('sh', ['echo a\nec', 'ho b\n']).out).toBe('a\nb\n');
  });

  it('nested too deeply, it refuses instead of failing', () => {
    const deep = `${'('.repeat(500)}true${')'.repeat(500)}`;
    expect(run(deep)).toMatchObject({ code: 2, err: expect.stringContaining('nested too deeply') });
    const inner = `${'$(echo '.repeat(500)}x${')'.repeat(500)}`;
    expect(run(`echo ${inner}`).code).toBe(2);
  });

  it('no text makes it throw', () => {
    const piece = fc.constantFrom(
      'echo a',
      ';',
      '|',
      '&&',
      '"',
      "'",
      '$(',
      ')',
      'do',
      'done',
      'if',
      'fi',
      '${',
      '}',
      '>',
      '\\',
      '$((',
      '\n',
      '&',
      'for i in',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(typeof run(pieces.join(' '), [], 200).code).toBe('number');
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('archives', () => {
  it('what is packed comes out the same', () => {
    const entry = fc.record({
      name: fc.stringMatching(/^[a-z]{1,20}$/),
      bytes: fc.oneof(fc.constant(null), fc.string({ unit: 'binary-ascii', maxLength: 2000 })),
    });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(unpackTar(packTar(entries))).toEqual(entries);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('bytes and text', () => {
  it('any text survives the way there and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(textOf(bytesOf(text))).toBe(text);
      }),
      { seed: 1 },
    );
  });
});
