// The boundary's check. A message that does not fit its union is refused with the place and what was expected there.
import { isRecord, type Json } from '../model/object.ts';
import { FORK_LIMITS } from './futures.ts';
import { type FromWorker, LIMITS, type Method, type ToWorker } from './worker.ts';

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

type Check = (x: unknown, at: string) => void;

function fail(at: string, expected: string, x: unknown): never {
  const got =
    x === null ? 'null' : Array.isArray(x) ? 'an array' : typeof x === 'object' ? 'an object' : JSON.stringify(x);
  throw new ProtocolError(`${at} must be ${expected}, not ${got ?? typeof x}`);
}

const string: Check = (x, at) => void (typeof x === 'string' || fail(at, 'a string', x));
const boolean: Check = (x, at) => void (typeof x === 'boolean' || fail(at, 'true or false', x));
const isNull: Check = (x, at) => void (x === null || fail(at, 'null', x));
const anything: Check = () => {};

function number(min: number, max: number): Check {
  return (x, at) =>
    void ((typeof x === 'number' && x >= min && x <= max) || fail(at, `a number from ${min} to ${max}`, x));
}

function whole(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  return (x, at) =>
    void (
      (Number.isSafeInteger(x) && (x as number) >= min && (x as number) <= max) ||
      fail(
        at,
        max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
        x,
      )
    );
}

function oneOf(...values: readonly string[]): Check {
  return (x, at) => void (values.includes(x as string) || fail(at, `one of ${values.join(', ')}`, x));
}

function optional(check: Check): Check {
  return (x, at) => {
    if (x !== undefined) check(x, at);
  };
}

function orNull(check: Check): Check {
  return (x, at) => {
    if (x !== null) check(x, at);
  };
}

function list(check: Check): Check {
  return (x, at) => {
    if (!Array.isArray(x)) fail(at, 'an array', x);
    for (const [i, one] of x.entries()) check(one, `${at}[${i}]`);
  };
}

function shape(fields: { readonly [name: string]: Check }): Check {
  return (x, at) => {
    if (!isRecord(x)) fail(at, 'an object', x);
    for (const [name, check] of Object.entries(fields)) check(x[name], `${at}.${name}`);
  };
}

const strings = list(string);

const query: Check = (x, at) => {
  if (!isRecord(x)) fail(at, 'an object', x);
  for (const [name, values] of Object.entries(x)) strings(values, `${at}.${name}`);
};

const request = shape({
  method: oneOf('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
  path: string,
  query: optional(query),
  contentType: optional(string),
  accept: optional(string),
  observer: optional(boolean),
});

const speed = number(LIMITS.minSpeed, LIMITS.maxSpeed);

const manifest: Check = (x, at) => {
  string(x, at);
  if ((x as string).length > LIMITS.manifestBytes) {
    throw new ProtocolError(
      'The manifest is larger than 3 MiB, the most an API server takes; split it into several files.',
    );
  }
};

const start = shape({
  nodes: whole(0, LIMITS.nodes),
  controlPlaneNodes: whole(1, LIMITS.controlPlaneNodes),
  seed: string,
  epochMs: number(0, 8.64e15),
  speed,
  running: boolean,
  settled: optional(boolean),
  cloud: optional(boolean),
});

const target = shape({ node: optional(string), component: optional(string) });

const ref = shape({ group: string, resource: string, kind: string, name: string, namespace: optional(string) });

const changes: { readonly [type: string]: Check } = {
  apply: shape({ manifest, namespace: string }),
  stop: shape({ target }),
  start: shape({ target }),
  cordon: shape({ node: string }),
  uncordon: shape({ node: string }),
  delete: shape({ object: ref }),
  scale: shape({ object: ref, replicas: whole(0, LIMITS.replicas) }),
};

/** What a fork does differently. */
const change: Check = (x, at) => {
  if (!isRecord(x)) fail(at, 'an object', x);
  const check = own(changes, x.type);
  if (check === undefined) fail(`${at}.type`, `one of ${Object.keys(changes).join(', ')}`, x.type);
  check(x, at);
};

const entry = shape({ events: whole(0), at: number(0, Number.MAX_SAFE_INTEGER), input: shape({ type: string }) });

const params: { readonly [M in Method]: Check } = {
  start,
  request,
  watch: request,
  unwatch: shape({ watch: whole(0) }),
  apply: shape({ manifest, source: string, namespace: string }),
  schedule: shape({
    manifest,
    namespace: string,
    object: shape({ apiVersion: string, kind: string, name: optional(string), namespace: optional(string) }),
  }),
  pace: shape({ running: optional(boolean), speed: optional(speed) }),
  advance: shape({ until: oneOf('next-step', 'settled') }),
  steps: shape({ after: whole(0), limit: whole(1, 100_000) }),
  exchange: shape({ step: whole(1) }),
  network: shape({ after: whole(0) }),
  etcdDirectory: shape({ path: string, limit: whole(1, 10_000) }),
  etcdHistory: shape({ key: string }),
  etcdObject: shape({ key: string, revision: whole(1) }),
  follow: shape({ after: orNull(whole(0)) }),
  topology: isNull,
  fault: shape({ action: oneOf('stop', 'start'), target }),
  inputs: isNull,
  compare: shape({
    inputs: shape({ start, entries: list(entry), whole: boolean }),
    step: shape({ id: whole(1), at: number(0, Number.MAX_SAFE_INTEGER), text: string }),
    change,
    forUs: number(0, FORK_LIMITS.forUs),
    repeat: boolean,
  }),
  serve: shape({ port: whole(0, 65_535) }),
  unserve: isNull,
};

const error = shape({ message: string, remedy: optional(string) });

const clock = shape({
  now: number(0, Number.MAX_SAFE_INTEGER),
  wallMs: number(0, Number.MAX_SAFE_INTEGER),
  running: boolean,
  speed,
  idle: boolean,
  lastStep: whole(0),
});

const step = shape({
  id: whole(1),
  at: number(0, Number.MAX_SAFE_INTEGER),
  actor: shape({ component: string, node: optional(string) }),
  kind: string,
  action: string,
  causes: list(whole(0)),
  text: string,
});

const machine = shape({
  name: string,
  role: oneOf('control-plane', 'worker'),
  running: boolean,
  components: list(shape({ component: string, running: boolean, stoppable: boolean, detail: optional(string) })),
});

const fromWorker: { readonly [T in FromWorker['type']]: Check } = {
  ready: shape({ canServe: boolean }),
  reply: shape({ id: whole(0), result: anything }),
  error: shape({ id: whole(0), error }),
  crashed: shape({ error }),
  progress: shape({ id: whole(0), done: number(0, 1) }),
  steps: shape({ steps: list(step) }),
  clock: shape({ clock }),
  topology: shape({ topology: shape({ version: string, machines: list(machine) }) }),
  'watch-events': shape({
    watch: whole(0),
    events: list(shape({ type: oneOf('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'), object: anything })),
  }),
  'watch-end': shape({ watch: whole(0) }),
};

function own<T>(table: { readonly [key: string]: T }, key: unknown): T | undefined {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Throws ProtocolError for anything that is not a message to the worker. */
export function parseToWorker(x: unknown): ToWorker {
  if (!isRecord(x)) fail('message', 'an object', x);
  if (x.type !== 'call') fail('message.type', 'call', x.type);
  whole(0)(x.id, 'message.id');
  const check = own(params, x.method);
  if (check === undefined) fail('message.method', `one of ${Object.keys(params).join(', ')}`, x.method);
  check(x.params, `${String(x.method)} params`);
  return x as Json as ToWorker;
}

/** Throws ProtocolError for anything that is not a message from the worker. */
export function parseFromWorker(x: unknown): FromWorker {
  if (!isRecord(x)) fail('message', 'an object', x);
  const check = own(fromWorker, x.type);
  if (check === undefined) fail('message.type', `one of ${Object.keys(fromWorker).join(', ')}`, x.type);
  check(x, String(x.type));
  return x as Json as FromWorker;
}

/** Whether a value is something that a fork can do differently. */
export function isChange(x: unknown): boolean {
  try {
    change(x, 'change');
    return true;
  } catch {
    return false;
  }
}
