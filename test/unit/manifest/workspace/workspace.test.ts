// What one manifest names in another, found from the place where it is named and back.
import { describe, expect, test } from 'vitest';
import { factsOfText } from '../../../../src/manifest/service.ts';
import { Workspace } from '../../../../src/manifest/workspace/workspace.ts';

const WORKLOADS = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels:
        app: web
        tier: front
    spec:
      serviceAccountName: reader
      priorityClassName: high
      containers:
      - name: c
        image: nginx
        ports:
        - name: http
          containerPort: 8080
        readinessProbe:
          httpGet: {port: http}
        env:
        - name: A
          valueFrom: {configMapKeyRef: {name: conf, key: level}}
        volumeMounts:
        - name: cache
          mountPath: /c
      volumes:
      - name: cache
        emptyDir: {}
      - name: pass
        secret: {secretName: pass, items: [{key: word, path: p}]}
      - name: disk
        persistentVolumeClaim: {claimName: disk}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db-nodes
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: c
        volumeMounts: [{name: data, mountPath: /d}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: fast}
`;
const NETWORK = `apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec:
  selector:
    tier: front
  ports:
  - name: web
    port: 80
    targetPort: http
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: in, namespace: shop}
spec:
  ingressClassName: nginx
  rules:
  - http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: front, port: {name: web}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: pdb, namespace: shop}
spec:
  selector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: hpa, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
`;
const REST = `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: conf, namespace: shop}, data: {level: debug}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: conf, namespace: other}, data: {level: other}}
- {apiVersion: v1, kind: Secret, metadata: {name: pass}, stringData: {word: x}}
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: disk}, spec: {storageClassName: fast, volumeName: pv}}
- {apiVersion: v1, kind: PersistentVolume, metadata: {name: pv}, spec: {claimRef: {name: disk, namespace: shop}}}
- {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}, provisioner: x}
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: reader, namespace: shop}}
- {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1}
- {apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: nginx}}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: read, namespace: shop}, rules: []}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {name: bind, namespace: shop}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: read}
  subjects: [{kind: ServiceAccount, name: reader, namespace: shop}]
- apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: {name: widgets.example.com}
  spec: {group: example.com, names: {kind: Widget}}
- {apiVersion: example.com/v1, kind: Widget, metadata: {name: w, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: conf, uid: u}]}}
- {apiVersion: v1, kind: Service, metadata: {name: db-nodes}, spec: {clusterIP: None}}
`;
const TEXTS: Readonly<Record<string, string>> = { work: WORKLOADS, net: NETWORK, rest: REST };

function workspace(): Workspace {
  const made = new Workspace();
  for (const [uri, text] of Object.entries(TEXTS)) made.update(uri, [...factsOfText(text)]);
  return made;
}

/** The place of `‹…›` in what stands around it, such as `name: ‹web›`. */
function place(uri: string, marked: string, nth = 0): { line: number; column: number } {
  const text = TEXTS[uri] ?? '';
  const before = marked.indexOf('‹');
  let at = -1;
  for (let i = 0; i <= nth; i++) at = text.indexOf(marked.replace(/[‹›]/g, ''), at + 1);
  if (at === -1) throw new Error(`${uri} has no ${marked}`);
  const lines = text.slice(0, at + before).split('\n');
  return { line: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
}

/** Where something stands, with the text there. */
function shown(found: readonly { uri: string; range: { start: Position; end: Position } }[]): string[] {
  return found.map(({ uri, range: { start, end } }) => {
    const lines = (TEXTS[uri] ?? '').split('\n').slice(start.line, end.line + 1);
    lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column);
    lines[0] = (lines[0] ?? '').slice(start.column);
    return `${uri}:${start.line + 1} ${lines.join('⏎')}`;
  });
}
interface Position {
  line: number;
  column: number;
}

describe('definitions', () => {
  test.each<[string, string, string, string[]]>([
    ['a selector of its own template', 'work', 'matchLabels: {‹app: web}', ['work:10 app: web⏎        tier: front']],
    ['a Service’s selector', 'net', 'tier: ‹front', ['work:10 app: web⏎        tier: front']],
    ['a budget’s expressions', 'net', 'operator: ‹In', ['work:10 app: web⏎        tier: front']],
    ['targetPort by name', 'net', 'targetPort: ‹http', ['work:19 name: http⏎          containerPort: 8080']],
    ['a probe’s port', 'work', 'httpGet: {port: ‹http', ['work:19 name: http⏎          containerPort: 8080']],
    ['an Ingress’s Service', 'net', 'service: {name: ‹front', ['net:3 front']],
    ['an Ingress’s port', 'net', 'port: {name: ‹web', ['net:8 name: web⏎    port: 80⏎    targetPort: http']],
    ['ingressClassName', 'net', 'ingressClassName: ‹nginx', ['rest:12 nginx']],
    ['scaleTargetRef', 'net', 'kind: Deployment, name: ‹web', ['work:3 web']],
    ['a ConfigMap in one’s own namespace', 'work', 'configMapKeyRef: {name: ‹conf', ['rest:4 conf']],
    ['a key of it', 'work', 'key: ‹level', ['rest:4 level']],
    ['a Secret', 'work', 'secretName: ‹pass', ['rest:6 pass']],
    ['a key in items', 'work', 'key: ‹word', ['rest:6 word']],
    ['a claim', 'work', 'claimName: ‹disk', ['rest:7 disk']],
    ['a volume', 'work', '- name: ‹cache\n          mountPath', ['work:30 cache']],
    ['a claim template', 'work', '[{name: ‹data', ['work:50 data']],
    ['serviceAccountName', 'work', 'serviceAccountName: ‹reader', ['rest:10 reader']],
    ['priorityClassName', 'work', 'priorityClassName: ‹high', ['rest:11 high']],
    ['a StatefulSet’s Service', 'work', 'serviceName: ‹db-nodes', ['rest:24 db-nodes']],
    ['storageClassName', 'work', 'storageClassName: ‹fast', ['rest:9 fast']],
    ['a claim’s volume', 'rest', 'volumeName: ‹pv', ['rest:8 pv']],
    ['a volume’s claim', 'rest', 'claimRef: {name: ‹disk', ['rest:7 disk']],
    ['a Role', 'rest', 'kind: Role, name: ‹read', ['rest:13 read']],
    ['a subject', 'rest', 'kind: ServiceAccount, name: ‹reader', ['rest:10 reader']],
    ['an owner', 'rest', 'kind: ConfigMap, name: ‹conf, uid', ['rest:4 conf', 'rest:5 conf']],
    ['a custom kind', 'rest', 'kind: ‹Widget, metadata', ['rest:22 Widget']],
    ['a definition is itself', 'work', 'metadata: {name: ‹web', ['work:3 web']],
    ['a field that names nothing', 'work', 'image: ‹nginx', []],
  ])('%s', (_, uri, marked, expected) => {
    expect(shown(workspace().definitions(uri, place(uri, marked)))).toEqual(expected);
  });
});

describe('references', () => {
  test.each<[string, string, string, string[]]>([
    [
      'a workload: what names it and what selects its pods',
      'work',
      'metadata: {name: ‹web',
      [
        'net:34 web',
        'net:5 selector:⏎    tier: front',
        'net:28 selector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]}',
      ],
    ],
    ['a label: the selectors that ask for it', 'work', '‹tier: front', ['net:6 tier: front']],
    ['a container’s port', 'work', 'containerPort: ‹8080', ['net:10 http', 'work:22 http']],
    ['a Service', 'net', 'metadata: {name: ‹front', ['net:22 front']],
    [
      'a ConfigMap, in its namespace',
      'rest',
      'metadata: {name: ‹conf, namespace: shop',
      ['work:25 conf', 'rest:23 conf', 'work:25 level'],
    ],
    ['a key', 'rest', '‹level: debug', ['work:25 level']],
    ['a volume', 'work', '- name: ‹cache\n        empty', ['work:27 cache']],
    ['a custom definition', 'rest', 'names: {kind: ‹Widget', ['rest:23 Widget', 'rest:23 example.com/v1']],
  ])('%s', (_, uri, marked, expected) => {
    expect(shown(workspace().references(uri, place(uri, marked), false)).sort()).toEqual([...expected].sort());
  });

  test('from where it is named as from where it is', () => {
    const found = shown(workspace().references('net', place('net', 'service: {name: ‹front'), true));
    expect(found).toEqual(['net:3 front', 'net:22 front']);
  });
});

describe('a workspace that changes', () => {
  test('an edit above moves what is below, and what is gone is not found', () => {
    const made = workspace();
    const before = [...factsOfText(REST)];
    made.update(
      'rest',
      before.map(({ facts, line }) => ({ facts, line: line + 2 })),
    );
    expect(made.definitions('work', place('work', 'secretName: ‹pass'))[0]?.range.start.line).toBe(7);
    made.remove('rest');
    expect(made.definitions('work', place('work', 'secretName: ‹pass'))).toEqual([]);
    expect([...made.uris()]).toEqual(['work', 'net']);
    made.update('rest', before);
    expect(made.definitions('work', place('work', 'secretName: ‹pass'))).toHaveLength(1);
  });

  test('two documents of the same text are two', () => {
    const made = new Workspace();
    const [facts] = [...factsOfText('apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n')];
    if (!facts) throw new Error('no facts');
    made.update('u', [facts, { ...facts, line: 10 }]);
    expect(made.objectsOf({ group: '', kind: 'Secret' })).toHaveLength(2);
    made.update('u', [{ ...facts, line: 4 }]);
    expect(made.definitions('u', { line: 6, column: 18 })).toMatchObject([{ range: { start: { line: 6 } } }]);
    expect(made.objectsOf({ group: '', kind: 'Secret' })).toHaveLength(1);
  });

  test('what a template will fill in is not known, and names nothing', () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-x\n  namespace: a\ndata:\n  k: v\n';
    const [{ facts } = { facts: undefined }] = [...factsOfText(text)];
    expect(facts?.objects).toMatchObject([{ kind: 'ConfigMap', name: '', namespace: 'a', partial: true }]);
  });

  test('aliases and merge keys are followed, and a bomb of them is not', () => {
    const text = `x: &base {name: pass}\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: []\n  imagePullSecrets: [*base, {<<: *base}]\n`;
    const [{ facts } = { facts: undefined }] = [...factsOfText(text)];
    expect(facts?.references.map((one) => 'name' in one && one.name)).toEqual(['pass', 'pass']);
    const levels = Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
    const bomb = `a0: &a0 {name: x}\n${levels.join('\n')}\napiVersion: v1\nkind: Pod\nspec:\n  imagePullSecrets: *a60\n  containers: *a59\n`;
    expect([...factsOfText(bomb)]).toHaveLength(1);
    const custom = `apiVersion: a.b/v1\nkind: X\nspec:\n${['  a0: &a0 {secretName: s}', ...levels.map((line) => `  ${line}`)].join('\n')}\n`;
    expect([...factsOfText(custom)][0]?.facts.references.filter(({ to }) => to === 'object')).toHaveLength(1);
  });
});
