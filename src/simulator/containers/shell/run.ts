// A small POSIX shell, second half: walks the tree. Each command is a builtin of ours; an unknown one says that it is not
// simulated, because whether the real image has it is not known here.
import { FileError, FileSystem } from '../files.ts';
import { bytesOf, type Part, type Program } from '../program.ts';
import { BUILTINS } from './builtins.ts';
import { type List, type Node, parseShell, type Redirect, ShellError, type Word } from './parse.ts';
import { arithmetic } from './sum.ts';
import { fail, readerOf, type Surrounds } from './surrounds.ts';

/** Ends the whole shell. */
class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super('exit');
    this.code = code;
  }
}

class Jump extends Error {
  readonly to: 'break' | 'continue';

  constructor(to: 'break' | 'continue') {
    super(to);
    this.to = to;
  }
}

export class Shell {
  private readonly io: Surrounds;
  private last = 0;
  private readonly background: Node[][] = [];

  constructor(io: Surrounds) {
    this.io = io;
  }

  *script(text: string): Program {
    let list: List;
    try {
      list = parseShell(text);
    } catch (e) {
      if (!(e instanceof ShellError)) throw e;
      this.io.err(bytesOf(`sh: ${e.message} (simulated shell)\n`));
      return 2;
    }
    try {
      return yield* this.list(list, this.io);
    } catch (e) {
      if (e instanceof Exit) return e.code;
      if (e instanceof Jump) return 0;
      throw e;
    }
  }

  /** Runs one program with its arguments, without any shell grammar. */
  *command(args: readonly string[]): Program {
    try {
      return yield* this.run(args, this.io);
    } catch (e) {
      if (e instanceof Exit) return e.code;
      throw e;
    }
  }

  private *list(list: List, io: Surrounds): Program {
    for (const p of list) {
      if ((p.after === '&&' && this.last !== 0) || (p.after === '||' && this.last === 0)) continue;
      if (p.background) {
        this.background.push([...p.stages]);
        this.last = 0;
        continue;
      }
      const code = yield* this.pipeline(p.stages, io);
      this.last = p.not ? Number(code === 0) : code;
    }
    return this.last;
  }

  private *pipeline(stages: readonly Node[], io: Surrounds): Program {
    let input: string | undefined;
    let code = 0;
    for (const [i, stage] of stages.entries()) {
      const last = i === stages.length - 1;
      let output = '';
      const own: Surrounds = {
        ...io,
        ...(input === undefined ? {} : { read: readerOf(input) }),
        ...(last
          ? {}
          : {
              out: (s: string) => {
                output += s;
              },
            }),
      };
      code = yield* this.node(stage, stages.length === 1 ? io : own);
      input = output;
    }
    return code;
  }

  private *node(n: Node, io: Surrounds): Program {
    switch (n.type) {
      case 'simple':
        return yield* this.simple(n, io);
      case 'group':
        return n.own ? yield* this.apart(n.body, io) : yield* this.list(n.body, io);
      case 'loop':
        return yield* this.loop(n, io);
      case 'for':
        for (const value of yield* this.words(n.words, io)) {
          io.env.set(n.name, value);
          if (yield* this.turn(n.body, io)) break;
        }
        return this.last;
      default:
        for (const [test, then] of n.branches) {
          if ((yield* this.list(test, io)) === 0) return yield* this.list(then, io);
        }
        this.last = 0;
        return n.other ? yield* this.list(n.other, io) : 0;
    }
  }

  /** A shell of its own: what it sets and where it goes ends with it. */
  private *apart(body: List, io: Surrounds): Program {
    const inner = new Shell({ ...io, env: new Map(io.env) });
    try {
      this.last = yield* inner.list(body, inner.io);
    } catch (e) {
      if (!(e instanceof Exit)) throw e;
      this.last = e.code;
    }
    return this.last;
  }

  private *loop(n: Node & { type: 'loop' }, io: Surrounds): Program {
    for (;;) {
      const test = yield* this.list(n.test, io);
      if ((test === 0) === n.until) {
        this.last = 0;
        return 0;
      }
      if (yield* this.turn(n.body, io)) return this.last;
    }
  }

  /** One turn of a loop; true when it was broken off. */
  private *turn(body: List, io: Surrounds): Part<boolean> {
    try {
      yield* this.list(body, io);
    } catch (e) {
      if (!(e instanceof Jump)) throw e;
      return e.to === 'break';
    }
    return false;
  }

  private *simple(n: Node & { type: 'simple' }, io: Surrounds): Program {
    const before = this.last;
    const words = yield* this.words(n.words, io);
    for (const [name, value] of n.assign) io.env.set(name, yield* this.text(value, io));
    try {
      const target = yield* this.redirected(n.redirects, io);
      if (words.length === 0) return n.assign.length > 0 && this.last === before ? 0 : this.last;
      return yield* this.run(words, target);
    } catch (e) {
      if (!(e instanceof FileError)) throw e;
      io.err(bytesOf(`sh: can't open file: ${e.message}\n`));
      return 1;
    }
  }

  private *redirected(redirects: readonly Redirect[], io: Surrounds): Part<Surrounds> {
    let out: Surrounds = io;
    for (const r of redirects) {
      const before = out;
      if (r.to === '&1') out = { ...before, err: before.out };
      else if (r.to === '&2') out = { ...before, out: before.err };
      else {
        const name = yield* this.text(r.to, io);
        const path = FileSystem.resolve(io.cwd, name);
        if (r.from === '0') out = { ...before, read: readerOf(path === '/dev/null' ? '' : io.files.read(path)) };
        else {
          if (!r.append) io.files.write(path, '');
          const write = (s: string): void => io.files.write(path, s, true);
          out = r.from === '1' ? { ...before, out: write } : { ...before, err: write };
        }
      }
    }
    return out;
  }

  private *run(args: readonly string[], io: Surrounds): Program {
    const [path = '', ...rest] = args;
    const name = path.replace(/^(\/usr)?(\/local)?\/s?bin\//, '');
    if (name === 'exit') throw new Exit(rest[0] === undefined ? this.last : Number.parseInt(rest[0], 10) & 255);
    if (name === 'break' || name === 'continue') throw new Jump(name);
    if (name === 'wait') return yield* this.wait(io);
    if (name === 'exec') return rest.length === 0 ? 0 : this.leave(yield* this.run(rest, io));
    if (name === 'sh' || name === 'bash' || name === 'ash') return yield* this.nested(rest, io);
    if (name === 'cd') {
      const to = FileSystem.resolve(io.cwd, rest[0] ?? '/root');
      if (!io.files.isDirectory(to)) return fail(io, `sh: cd: can't cd to ${rest[0]}: No such file or directory`, 2);
      // Redirected copies share nothing; the shell's own place is what counts.
      this.io.cwd = to;
      io.cwd = to;
      return 0;
    }
    const builtin = BUILTINS[name];
    // A command takes a little time, so that an endless loop gets on.
    yield { sleep: 1000 };
    if (builtin === undefined)
      return fail(io, `sh: ${path}: not simulated (known: ${Object.keys(BUILTINS).sort().join(', ')})`, 127);
    try {
      return yield* builtin(rest, io);
    } catch (e) {
      if (!(e instanceof FileError)) throw e;
      return fail(io, `${name}: ${e.message}`, 1);
    }
  }

  private leave(code: number): never {
    throw new Exit(code);
  }

  private *wait(io: Surrounds): Program {
    for (const stages of this.background.splice(0)) yield* this.pipeline(stages, io);
    return 0;
  }

  private *nested(args: readonly string[], io: Surrounds): Program {
    const at = args.findIndex((a) => /^-[a-z]*c$/.test(a));
    const inner = (positional: readonly string[]): Shell =>
      new Shell({ ...io, env: new Map(io.env), args: positional.length > 0 ? positional : ['sh'] });
    if (at >= 0) return yield* inner(args.slice(at + 2)).script(args[at + 1] ?? '');
    const [file, ...rest] = args.filter((a) => !a.startsWith('-'));
    if (file !== undefined) {
      const path = FileSystem.resolve(io.cwd, file);
      if (!io.files.isFile(path)) return fail(io, `sh: can't open '${file}': No such file or directory`, 2);
      return yield* inner([file, ...rest]).script(io.files.read(path));
    }
    return yield* inner([]).interactive();
  }

  /** Reads its standard input line by line. */
  private *interactive(): Program {
    let rest = '';
    for (;;) {
      const end = rest.indexOf('\n');
      if (end >= 0) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 1);
        try {
          this.last = yield* this.list(parseShell(line), this.io);
        } catch (e) {
          if (e instanceof Exit) return e.code;
          if (!(e instanceof ShellError)) throw e;
          this.io.err(bytesOf(`sh: ${e.message} (simulated shell)\n`));
        }
        continue;
      }
      if (this.io.tty && rest === '') this.io.out(`${this.io.cwd} # `);
      const more = yield* this.io.read();
      if (more === undefined) return this.last;
      rest += more;
    }
  }

  private *words(words: readonly Word[], io: Surrounds): Part<string[]> {
    const out: string[] = [];
    for (const w of words) {
      const literal = w.every((p) => 'sum' in p || 'text' in p || p.quoted);
      const text = yield* this.text(w, io);
      if (literal) out.push(text);
      else out.push(...text.split(/[ \t\n]+/).filter((s) => s !== ''));
    }
    return out;
  }

  private *text(word: Word, io: Surrounds): Part<string> {
    let out = '';
    for (const p of word) {
      if ('text' in p) out += p.text;
      else if ('sum' in p) out += String(arithmetic(p.sum, (name) => io.env.get(name) ?? '0'));
      else if ('variable' in p) out += this.variable(p.variable, io) || (p.fallback ?? '');
      else out += yield* this.captured(p.command, io);
    }
    return out;
  }

  private variable(name: string, io: Surrounds): string {
    if (name === '?') return String(this.last);
    if (name === '$' || name === '!') return '1';
    if (name === '#') return String(Math.max(0, io.args.length - 1));
    if (name === '@' || name === '*') return io.args.slice(1).join(' ');
    if (/^\d$/.test(name)) return io.args[Number(name)] ?? '';
    return io.env.get(name) ?? '';
  }

  private *captured(list: List, io: Surrounds): Part<string> {
    let text = '';
    const out = (s: string): void => {
      text += s;
    };
    try {
      yield* this.list(list, { ...io, out });
    } catch (e) {
      if (!(e instanceof Exit)) throw e;
      this.last = e.code;
    }
    return text.replace(/\n+$/, '');
  }
}
