// `kubectl apply -f` against an API server: discovery, GET, then POST or PATCH for each object.
// Models staging/src/k8s.io/kubectl/pkg/cmd/apply/apply.go of v1.36, client side.
import { isRecord, type Json } from '../../model/object.ts';
import { resourceForKind } from '../../model/resources.ts';
import { schemaForKind } from '../../model/schema.ts';
import type { StepId } from '../../trace/step.ts';
import { goJson } from './json.ts';
import { threeWayPatch } from './patch.ts';
import { readManifest } from './text.ts';

export interface ApplyRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly query?: { readonly [name: string]: readonly string[] };
  readonly body?: unknown;
  readonly contentType?: string;
  /** True for what is asked before the write: which resource a custom kind has. */
  readonly discovery?: boolean;
}

export interface ApplyResponse {
  /** HTTP status; 0 where nothing answers. */
  readonly code: number;
  readonly body?: unknown;
  readonly warnings?: readonly string[];
  readonly step: StepId;
}

export interface ApplyTarget {
  request(request: ApplyRequest): ApplyResponse;
}

export interface AppliedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly result: 'created' | 'configured' | 'unchanged' | 'failed';
  /** The step that recorded the write, 0 where none was sent or recorded. */
  readonly step: StepId;
  /** What the server answered, where it refused; what is wrong with the text, where nothing was sent. */
  readonly message?: string;
  /** Line of the manifest at which the object starts, from 1. */
  readonly line: number;
}

export interface ApplyResult {
  readonly objects: readonly AppliedObject[];
  readonly warnings: readonly string[];
}

interface Found {
  readonly plural: string;
  readonly namespaced: boolean;
}

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MANAGER = 'kubectl-client-side-apply';

/** Against a server that answers at once. */
export function applyManifest(text: string, namespace: string, target: ApplyTarget): ApplyResult {
  const steps = applying(text, namespace);
  let at = steps.next();
  while (!at.done) at = steps.next(target.request(at.value));
  return at.value;
}

/** Against a server that may take its time: `send` calls back once for each request. */
export function applyManifestLater(
  text: string,
  namespace: string,
  send: (request: ApplyRequest, done: (response: ApplyResponse) => void) => void,
): Promise<ApplyResult> {
  const steps = applying(text, namespace);
  return new Promise((done, fail) => {
    const go = (response?: ApplyResponse): void => {
      try {
        const at = response === undefined ? steps.next() : steps.next(response);
        if (at.done) done(at.value);
        else send(at.value, go);
      } catch (error) {
        fail(error);
      }
    };
    go();
  });
}

/** Yields each request and takes its answer. */
type Talk<T> = Generator<ApplyRequest, T, ApplyResponse>;

function* applying(text: string, namespace: string): Talk<ApplyResult> {
  const { objects, problems } = readManifest(text);
  const warnings: string[] = [];
  const apply = new Apply(namespace, warnings);
  const failed = problems.map(({ line, message }) => ({ ...UNREAD, line, message }));
  // kubectl reads everything before it sends anything: a file that cannot be read changes nothing.
  if (failed.length > 0) return { objects: failed, warnings };
  const done: AppliedObject[] = [];
  for (const { object, line } of objects) done.push(yield* apply.one(object, line));
  return { objects: done, warnings };
}

const UNREAD = { apiVersion: '', kind: '', name: '', result: 'failed', step: 0 } as const;

type Written = Pick<AppliedObject, 'result' | 'step' | 'message'>;

class Apply {
  private readonly namespace: string;
  private readonly warnings: string[];
  private readonly discovered = new Map<string, Map<string, Found> | string>();

  constructor(namespace: string, warnings: string[]) {
    this.namespace = namespace;
    this.warnings = warnings;
  }

  *one(given: Json, line: number): Talk<AppliedObject> {
    const apiVersion = String(given.apiVersion);
    const kind = String(given.kind);
    const metadata = isRecord(given.metadata) ? given.metadata : {};
    const name = typeof metadata.name === 'string' ? metadata.name : '';
    const base = { apiVersion, kind, name, line };
    const fail = (message: string, step = 0): AppliedObject => ({ ...base, result: 'failed', step, message });
    const found = yield* this.find(apiVersion, kind);
    if (typeof found === 'string') return fail(found);
    if (name === '') {
      return fail(
        metadata.generateName
          ? 'apply needs “metadata.name”: with “generateName” it could not find the object again. Use create instead.'
          : '“metadata.name” is missing: apply finds the object by its name.',
      );
    }
    const own =
      typeof metadata.namespace === 'string' && metadata.namespace !== '' ? metadata.namespace : this.namespace;
    const namespace = found.namespaced ? own : undefined;
    const object = { ...given, metadata: { ...metadata, ...(namespace ? { namespace } : {}) } };
    const placed = namespace ? { ...base, namespace } : base;
    const answer = yield* this.write(
      object,
      `${root(apiVersion)}${namespace ? `/namespaces/${namespace}` : ''}/${found.plural}`,
      name,
    );
    return { ...placed, ...answer };
  }

  private *write(object: Json, collection: string, name: string): Talk<Written> {
    const modified = withLastApplied(object);
    const get = yield { method: 'GET', path: `${collection}/${name}` };
    if (get.code === 404) {
      return yield* this.send(
        { method: 'POST', path: collection, body: modified, contentType: 'application/json' },
        'created',
      );
    }
    if (get.code !== 200 || !isRecord(get.body)) return { result: 'failed', step: get.step, message: said(get) };
    const type = schemaForKind(String(object.apiVersion), String(object.kind));
    const patch = threeWayPatch(lastApplied(get.body), modified, get.body, type);
    if (!patch) return { result: 'unchanged', step: 0 };
    const contentType = `application/${type ? 'strategic-merge-patch' : 'merge-patch'}+json`;
    return yield* this.send({ method: 'PATCH', path: `${collection}/${name}`, body: patch, contentType }, 'configured');
  }

  private *send(request: ApplyRequest, done: 'created' | 'configured'): Talk<Written> {
    const query = { fieldManager: [MANAGER], fieldValidation: ['Strict'] };
    const response = yield { ...request, query };
    this.warnings.push(...(response.warnings ?? []));
    if (response.code >= 300) return { result: 'failed', step: response.step, message: said(response) };
    return { result: done, step: response.step };
  }

  /** The resource of a kind, or in words why there is none. */
  private *find(apiVersion: string, kind: string): Talk<Found | string> {
    const builtIn = resourceForKind(apiVersion, kind);
    if (builtIn) return builtIn;
    let kinds = this.discovered.get(apiVersion);
    if (kinds === undefined) {
      kinds = yield* this.discover(apiVersion);
      this.discovered.set(apiVersion, kinds);
    }
    if (typeof kinds === 'string') return kinds;
    return kinds.get(kind) ?? `no matches for kind "${kind}" in version "${apiVersion}"`;
  }

  private *discover(apiVersion: string): Talk<Map<string, Found> | string> {
    const response = yield { method: 'GET', path: root(apiVersion), discovery: true };
    if (response.code === 404) return new Map();
    if (response.code !== 200 || !isRecord(response.body) || !Array.isArray(response.body.resources))
      return said(response);
    const kinds = new Map<string, Found>();
    for (const r of response.body.resources) {
      if (!isRecord(r) || typeof r.name !== 'string' || r.name.includes('/') || typeof r.kind !== 'string') continue;
      kinds.set(r.kind, { plural: r.name, namespaced: r.namespaced === true });
    }
    return kinds;
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function said(response: ApplyResponse): string {
  const { body } = response;
  if (response.code === 0) return 'The connection to the API server was refused: it is stopped.';
  return isRecord(body) && typeof body.message === 'string' ? body.message : `the server answered ${response.code}`;
}

/** The object with itself in the annotation, as the next apply wants to find it. Models util.GetModifiedConfiguration. */
export function withLastApplied(object: Json): Json {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const given = isRecord(metadata.annotations) ? metadata.annotations : {};
  const annotations = Object.fromEntries(Object.entries(given).filter(([key]) => key !== LAST_APPLIED));
  const text = `${goJson({ ...object, metadata: { ...metadata, annotations } })}\n`;
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: text } } };
}

function lastApplied(live: Json): Json | undefined {
  const metadata = isRecord(live.metadata) ? live.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  const text = annotations[LAST_APPLIED];
  if (typeof text !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    // Someone wrote something else there; kubectl then knows nothing of an earlier apply either.
    return undefined;
  }
}
