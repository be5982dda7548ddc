// URLs. Models k8s.io/apiserver/pkg/cel/library/urls.go, and of Go's net/url what ParseRequestURI takes.
import { fromUtf8, utf8 } from '../bytes.ts';
import { type Declared, declare } from '../signature.ts';
import { ArrayList, CelError, type Key, MapDict, Opaque, type Value } from '../values.ts';

const TYPE = 'kubernetes.URL';

class Url extends Opaque {
  readonly type = TYPE;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(scheme: string, host: string, path: string, query: string) {
    super();
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }

  equals(other: Opaque): boolean {
    return other instanceof Url && other.text === this.text;
  }

  get text(): string {
    return `${this.scheme}:${this.host}${this.path}?${this.query}`;
  }
}

const problem = (text: string, why: string): CelError =>
  new CelError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${why}`);

function parse(text: string): Url {
  if (text === '') throw problem(text, 'empty url');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Go refuses
  if (/[\x00-\x1f\x7f]/.test(text)) throw problem(text, 'net/url: invalid control character in URL');
  const [, scheme = '', rest = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?([\s\S]*)$/.exec(text) ?? [];
  if (text.startsWith(':')) throw problem(text, 'missing protocol scheme');
  const at = rest.indexOf('?');
  const [before, query] = at < 0 ? [rest, ''] : [rest.slice(0, at), rest.slice(at + 1)];
  if (!before.startsWith('/')) {
    if (scheme !== '') return new Url(scheme.toLowerCase(), '', '', query);
    throw problem(text, 'invalid URI for request');
  }
  let host = '';
  let path = before;
  if (scheme !== '' && before.startsWith('//')) {
    const slash = before.indexOf('/', 2);
    host = slash < 0 ? before.slice(2) : before.slice(2, slash);
    path = slash < 0 ? '' : before.slice(slash);
    host = host.slice(host.lastIndexOf('@') + 1);
  }
  const broken = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(host + path)?.[0];
  if (broken !== undefined) throw problem(text, `invalid URL escape ${JSON.stringify(broken)}`);
  const port = /^(?:\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(host);
  if (port === null || (port[1] !== undefined && !/^\d*$/.test(port[1])))
    throw problem(text, `invalid port ${JSON.stringify(`:${host.split(':').pop()}`)} after host`);
  if (/[ "<>]/.test(host))
    throw problem(text, `invalid character ${JSON.stringify(/[ "<>]/.exec(host)?.[0])} in host name`);
  return new Url(scheme.toLowerCase(), host, path, query);
}

function isUrl(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

const hostname = (host: string): string => /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.split(':')[0] ?? '';
const port = (host: string): string => /:(\d*)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? '';

function unescaped(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes: number[] = [];
  for (const part of text.replaceAll('+', ' ').split(/(%[0-9a-fA-F]{2})/)) {
    if (part.startsWith('%') && part.length === 3) bytes.push(Number.parseInt(part.slice(1), 16));
    else bytes.push(...utf8(part));
  }
  return fromUtf8(Uint8Array.from(bytes)) ?? text;
}

/** Every value of every key, as Go's Query() gives it: what cannot be read is left out. */
function queryOf({ query }: Url): Value {
  const out = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const at = part.indexOf('=');
    const key = unescaped(at < 0 ? part : part.slice(0, at));
    const value = unescaped(at < 0 ? '' : part.slice(at + 1));
    if (key === undefined || value === undefined) continue;
    out.set(key, [...(out.get(key) ?? []), value]);
  }
  const entries = [...out].map(([k, v]): [string, readonly [Key, Value]] => [`s${k}`, [k, new ArrayList(v)]]);
  return new MapDict(new Map(entries));
}

function escapedPath(path: string): string {
  return path.replace(/[^\w\-.~!$&'()*+,;=:@/%]/gu, (c) =>
    [...utf8(c)].map((b) => `%${b.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

export const URLS: readonly Declared[] = [
  declare(`url(string): ${TYPE}`, parse),
  declare('isURL(string): bool', isUrl),
  declare(`${TYPE}.getScheme(): string`, (u: Url) => u.scheme),
  declare(`${TYPE}.getHost(): string`, (u: Url) => u.host),
  declare(`${TYPE}.getHostname(): string`, (u: Url) => hostname(u.host)),
  declare(`${TYPE}.getPort(): string`, (u: Url) => port(u.host)),
  declare(`${TYPE}.getEscapedPath(): string`, (u: Url) => escapedPath(u.path)),
  declare(`${TYPE}.getQuery(): map(string, list(string))`, queryOf),
];
