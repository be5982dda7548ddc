// The programs that a simulated container knows. They say no more than their real namesakes do in the cases they cover.
import { FileError, FileSystem } from '../files.ts';
import { bytesOf, FOREVER, type Program } from '../program.ts';
import { packTar, type TarEntry, unpackTar } from '../tar.ts';
import { fail, readAll, type Surrounds } from './surrounds.ts';

type Builtin = (args: readonly string[], io: Surrounds) => Program;

/** A builtin that neither waits nor reads. */
function at(run: (args: readonly string[], io: Surrounds) => number): Builtin {
  // biome-ignore lint/correctness/useYield: it never waits.
  return function* (args, io) {
    return run(args, io);
  };
}

const place = (io: Surrounds, path: string): string => FileSystem.resolve(io.cwd, path);
const flagsOf = (args: readonly string[]): string => args.filter((a) => /^-[a-zA-Z]+$/.test(a)).join('');
const plain = (args: readonly string[]): string[] => args.filter((a) => !/^-[a-zA-Z]+$/.test(a));

/** Runs an operation for each path; what fails is told and the others go on. */
function each(
  name: string,
  paths: readonly string[],
  io: Surrounds,
  run: (path: string, shown: string) => void,
): number {
  let code = 0;
  for (const shown of paths) {
    try {
      run(place(io, shown), shown);
    } catch (e) {
      if (!(e instanceof FileError)) throw e;
      code = fail(io, `${name}: ${shown}: ${e.message}`, 1);
    }
  }
  return code;
}

const ESCAPES: { readonly [c: string]: string } = { n: '\n', t: '\t', r: '\r', '\\': '\\', a: '\x07', '0': '\0' };
const unescapeText = (s: string): string => s.replace(/\\([ntra\\0])/g, (_, c: string) => ESCAPES[c] ?? c);

const echo = at((args, io) => {
  let rest = args;
  let flags = '';
  for (; /^-[neE]+$/.test(rest[0] ?? ''); rest = rest.slice(1)) flags += rest[0];
  const text = rest.join(' ');
  io.out(`${flags.includes('e') ? unescapeText(text) : text}${flags.includes('n') ? '' : '\n'}`);
  return 0;
});

const printf = at((args, io) => {
  const [format = '', ...values] = args;
  let i = 0;
  const once = (): string =>
    unescapeText(format).replace(/%(-?\d*)([sd%])/g, (_, width: string, kind: string) => {
      if (kind === '%') return '%';
      const value = kind === 'd' ? String(Number.parseInt(values[i++] ?? '0', 10) || 0) : (values[i++] ?? '');
      const n = Math.abs(Number(width));
      return width.startsWith('-') ? value.padEnd(n) : value.padStart(n);
    });
  do io.out(once());
  while (i > 0 && i < values.length);
  return 0;
});

function opened(name: string, paths: readonly string[], io: Surrounds): number {
  let code = 0;
  for (const shown of paths) {
    try {
      io.out(io.files.read(place(io, shown)));
    } catch (e) {
      if (!(e instanceof FileError)) throw e;
      code = fail(io, `${name}: ${io.busybox ? `can't open '${shown}'` : shown}: ${e.message}`, 1);
    }
  }
  return code;
}

function* cat(args: readonly string[], io: Surrounds): Program {
  const paths = plain(args);
  if (paths.length > 0) return opened('cat', paths, io);
  for (let s = yield* io.read(); s !== undefined; s = yield* io.read()) io.out(s);
  return 0;
}

const ls = at((args, io) => {
  const flags = flagsOf(args);
  const given = plain(args);
  const paths = given.length > 0 ? given : ['.'];
  return each('ls', paths, io, (path, shown) => {
    if (io.files.isFile(path)) return io.out(`${shown}\n`);
    if (paths.length > 1) io.out(`${shown}:\n`);
    for (const name of io.files.list(path)) {
      if (name.startsWith('.') && !/[aA]/.test(flags)) continue;
      if (!flags.includes('l')) io.out(`${name}\n`);
      else io.out(longLine(io, path === '/' ? `/${name}` : `${path}/${name}`, name));
    }
  });
});

/** Mode, size and name: links, owners and times are not simulated. */
function longLine(io: Surrounds, path: string, name: string): string {
  const directory = io.files.isDirectory(path);
  const size = directory ? 4096 : io.files.read(path).length;
  return `${directory ? 'drwxr-xr-x' : '-rw-r--r--'} ${String(size).padStart(8)} ${name}\n`;
}

const env = at((args, io) => {
  if (args.length > 0 && !args[0]?.startsWith('-')) {
    let code = 0;
    for (const name of args) {
      const value = io.env.get(name);
      if (value === undefined) code = 1;
      else io.out(`${value}\n`);
    }
    return code;
  }
  for (const [name, value] of io.env) io.out(`${name}=${value}\n`);
  return 0;
});

const UNITS: { readonly [unit: string]: number } = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

function* sleep(args: readonly string[], io: Surrounds): Program {
  if (args.length === 0) return fail(io, 'sleep: missing operand', 1);
  let us = 0;
  for (const a of args) {
    const m = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(a);
    if (a === 'infinity' || a === 'inf') us = FOREVER;
    else if (m === null) return fail(io, `sleep: invalid number '${a}'`, 1);
    else us += Number(m[1]) * (UNITS[m[2] ?? ''] ?? 1) * 1_000_000;
  }
  yield { sleep: Math.min(us, FOREVER) };
  return 0;
}

const COMPARE: { readonly [op: string]: (a: string, b: string) => boolean } = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '-eq': (a, b) => Number(a) === Number(b),
  '-ne': (a, b) => Number(a) !== Number(b),
  '-lt': (a, b) => Number(a) < Number(b),
  '-le': (a, b) => Number(a) <= Number(b),
  '-gt': (a, b) => Number(a) > Number(b),
  '-ge': (a, b) => Number(a) >= Number(b),
};

function truth(args: readonly string[], io: Surrounds): boolean {
  const [a = '', b = '', c = ''] = args;
  if (a === '!') return !truth(args.slice(1), io);
  if (args.length === 3) return COMPARE[b]?.(a, c) ?? false;
  if (args.length === 1) return a !== '';
  const path = place(io, b);
  if (a === '-z') return b === '';
  if (a === '-n') return b !== '';
  if (a === '-d') return io.files.isDirectory(path);
  if (a === '-f') return io.files.isFile(path);
  if (a === '-s') return io.files.isFile(path) && io.files.read(path) !== '';
  return /^-[erwx]$/.test(a) && io.files.exists(path);
}

const test = at((args, io) => Number(!truth(args.at(-1) === ']' ? args.slice(0, -1) : args, io)));

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const date = at((args, io) => {
  const d = new Date(io.now());
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  const parts: { readonly [c: string]: string } = {
    s: String(Math.floor(d.getTime() / 1000)),
    Y: String(d.getUTCFullYear()),
    m: two(d.getUTCMonth() + 1),
    d: two(d.getUTCDate()),
    H: two(d.getUTCHours()),
    M: two(d.getUTCMinutes()),
    S: two(d.getUTCSeconds()),
    F: d.toISOString().slice(0, 10),
    T: time,
  };
  const format = args.find((a) => a.startsWith('+'))?.slice(1);
  if (format !== undefined) io.out(`${format.replace(/%([sYmdHMSFT])/g, (_, c: string) => parts[c] ?? '')}\n`);
  else
    io.out(
      `${DAYS[d.getUTCDay()]} ${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)} ${time} UTC ${parts.Y}\n`,
    );
  return 0;
});

function lines(name: string, pick: (lines: readonly string[], n: number) => readonly string[]): Builtin {
  return function* (args, io) {
    const number = args.indexOf('-n');
    const short = args.find((a) => /^-\d+$/.test(a));
    const bytes = args.find((a) => a.startsWith('-c+'));
    const n = Number(short?.slice(1) ?? (number >= 0 ? args[number + 1] : undefined) ?? 10);
    const paths = args.filter((a, i) => !a.startsWith('-') && !(number >= 0 && i === number + 1));
    if (name === 'tail' && paths.includes('/dev/null') && flagsOf(args).includes('f')) {
      yield { sleep: FOREVER };
      return 0;
    }
    const text = paths.length === 0 ? yield* readAll(io) : paths.map((p) => io.files.read(place(io, p))).join('');
    if (bytes !== undefined) {
      io.out(text.slice(Number(bytes.slice(3)) - 1));
      return 0;
    }
    const all = text.split('\n');
    if (all.at(-1) === '') all.pop();
    for (const line of pick(all, n)) io.out(`${line}\n`);
    return 0;
  };
}

function* grep(args: readonly string[], io: Surrounds): Program {
  const flags = flagsOf(args);
  const [pattern = '', ...paths] = plain(args);
  const text = paths.length === 0 ? yield* readAll(io) : paths.map((p) => io.files.read(place(io, p))).join('');
  const wanted = flags.includes('i') ? pattern.toLowerCase() : pattern;
  const has = (line: string): boolean => (flags.includes('i') ? line.toLowerCase() : line).includes(wanted);
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  const found = all.filter((line) => has(line) !== flags.includes('v'));
  if (flags.includes('c')) io.out(`${found.length}\n`);
  else if (!flags.includes('q')) for (const line of found) io.out(`${line}\n`);
  return Number(found.length === 0);
}

function* wc(args: readonly string[], io: Surrounds): Program {
  const flags = flagsOf(args);
  const paths = plain(args);
  const text = paths.length === 0 ? yield* readAll(io) : paths.map((p) => io.files.read(place(io, p))).join('');
  const counts = {
    l: text.split('\n').length - 1,
    w: text.split(/\s+/).filter((s) => s !== '').length,
    c: text.length,
  };
  const shown = (['l', 'w', 'c'] as const).filter((k) => flags === '' || flags.includes(k)).map((k) => counts[k]);
  io.out(`${[...shown, ...paths].join(' ')}\n`);
  return 0;
}

const seq = at((args, io) => {
  const numbers = args.map(Number);
  const [from, to] = numbers.length > 1 ? [numbers[0] ?? 1, numbers.at(-1) ?? 0] : [1, numbers[0] ?? 0];
  for (let i = from; i <= Math.min(to, from + 10_000); i++) io.out(`${i}\n`);
  return 0;
});

/** `tar cf - PATH…` and `tar -xmf - -C FOLDER`: what `kubectl cp` runs. */
function* tar(args: readonly string[], io: Surrounds): Program {
  const [mode = '', ...rest] = args[0] === '--' ? args.slice(1) : args;
  const folderAt = rest.indexOf('-C');
  const folder = place(io, folderAt >= 0 ? (rest[folderAt + 1] ?? '.') : '.');
  const names = rest.filter((a, i) => !a.startsWith('-') && !(folderAt >= 0 && i === folderAt + 1));
  if (!mode.includes('f') || !rest.includes('-')) return fail(io, 'tar: only archives on - are simulated', 1);
  if (mode.includes('x')) {
    for (const e of unpackTar(yield* readAll(io))) {
      const path = FileSystem.resolve(folder, e.name);
      if (e.bytes === null) io.files.makeDirectory(path, true);
      else {
        io.files.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/', true);
        io.files.write(path, e.bytes);
      }
    }
    return 0;
  }
  const entries: TarEntry[] = [];
  const add = (path: string, name: string): void => {
    if (io.files.isFile(path)) entries.push({ name, bytes: io.files.read(path) });
    else {
      entries.push({ name, bytes: null });
      for (const child of io.files.list(path)) add(`${path}/${child}`, `${name}/${child}`);
    }
  };
  const code = each('tar', names, io, (path, shown) => {
    if (!io.files.exists(path)) throw new FileError('No such file or directory');
    add(path, shown.replace(/^\/+/, ''));
  });
  io.out(packTar(entries));
  return code;
}

const touch = at((args, io) =>
  each('touch', plain(args), io, (path) => {
    if (!io.files.exists(path)) io.files.write(path, '');
  }),
);
const rm = at((args, io) => {
  const flags = flagsOf(args);
  return each('rm', plain(args), io, (path) => {
    if (flags.includes('f') && !io.files.exists(path)) return;
    io.files.remove(path, /r/i.test(flags));
  });
});
const mkdir = at((args, io) =>
  each('mkdir', plain(args), io, (path) => io.files.makeDirectory(path, flagsOf(args).includes('p'))),
);

function* tee(args: readonly string[], io: Surrounds): Program {
  const text = yield* readAll(io);
  io.out(text);
  return each('tee', plain(args), io, (path) => io.files.write(path, text, flagsOf(args).includes('a')));
}

const exportVariables = at((args, io) => {
  for (const a of args) {
    const split = a.indexOf('=');
    if (split > 0) io.env.set(a.slice(0, split), a.slice(split + 1));
  }
  return 0;
});

const silent = (code: number): Builtin => at(() => code);

export const BUILTINS: { readonly [name: string]: Builtin } = {
  __proto__: null as never,
  echo,
  printf,
  cat,
  ls,
  env,
  printenv: env,
  touch,
  rm,
  mkdir,
  sleep,
  test,
  '[': test,
  date,
  grep,
  wc,
  seq,
  tar,
  tee,
  head: lines('head', (all, n) => all.slice(0, n)),
  tail: lines('tail', (all, n) => all.slice(Math.max(0, all.length - n))),
  export: exportVariables,
  set: silent(0),
  trap: silent(0),
  true: silent(0),
  ':': silent(0),
  false: silent(1),
  hostname: at((_, io) => {
    io.out(bytesOf(`${io.hostname}\n`));
    return 0;
  }),
  pwd: at((_, io) => {
    io.out(`${io.cwd}\n`);
    return 0;
  }),
};
