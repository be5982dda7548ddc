// Manifests of any length for the benches: a stream of documents, and single documents that are large.

/** A stream of Deployments of about 30 lines each. */
export function stream(lines: number): string {
  const documents: string[] = [];
  for (let i = 0, count = 0; count < lines; i++) {
    const text = deployment(i);
    documents.push(text);
    count += text.split('\n').length;
  }
  return documents.join('---\n').split('\n').slice(0, lines).join('\n');
}

/** One List of as many Deployments as make so many lines. */
export function list(lines: number): string {
  const item = (i: number): string => `- ${deployment(i).trimEnd().replaceAll('\n', '\n  ')}\n`;
  return `apiVersion: v1\nkind: List\nitems:\n${Array.from({ length: Math.ceil(lines / 30) }, (_, i) => item(i)).join('')}`;
}

/** One ConfigMap with a key on each line. */
export function configMap(lines: number): string {
  const keys = Array.from({ length: lines - 5 }, (_, i) => `  key-${i}: value ${i}\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large\ndata:\n${keys.join('')}`;
}

/** One CustomResourceDefinition: fields in fields, eight in each and four deep, until there are enough lines. */
export function definition(lines: number): string {
  const out: string[] = [];
  const level = (depth: number, indent: string): void => {
    for (let k = 0; k < 8 && out.length < lines - 15; k++) {
      const type = depth === 0 ? 'string' : 'object';
      out.push(
        `${indent}field${depth}${k}:`,
        `${indent}  type: ${type}`,
        `${indent}  description: what field ${k} is for`,
      );
      if (depth === 0) continue;
      out.push(`${indent}  properties:`);
      level(depth - 1, `${indent}    `);
    }
  };
  level(4, '          ');
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
${out.join('\n')}
`;
}

/** One ConfigMap with one block of text. */
export function blockOfText(lines: number): string {
  const text = Array.from({ length: lines - 8 }, (_, i) => `    echo "line ${i}" # not a comment\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: script\ndata:\n  run.sh: |\n    #!/bin/sh\n${text.join('')}`;
}

/** One List whose items take their labels from the first. */
export function anchored(lines: number): string {
  return list(lines).replace('labels: {', 'labels: &labels {').replaceAll('labels: {', 'labels: *labels # {');
}

/** One List as `kubectl get -o json` writes it. */
export function json(lines: number): string {
  return JSON.stringify(wrapped(Math.ceil(lines / 55)), null, 4);
}

/** The same without a line break. */
export function jsonLine(lines: number): string {
  return JSON.stringify(wrapped(Math.ceil(lines / 55)));
}

/** One List in flow style, an entry of the larger maps on each line. */
export function flowStyle(lines: number): string {
  const text = JSON.stringify(wrapped(Math.ceil(lines / 55)), null, 1);
  return text.replaceAll(/"([A-Za-z]+)":/g, '$1:');
}

function wrapped(count: number): unknown {
  const item = (i: number): unknown => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `web-${i}`, namespace: 'default', labels: { app: `web-${i}`, tier: 'front' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: `web-${i}` } },
      template: {
        metadata: { labels: { app: `web-${i}` } },
        spec: {
          nodeSelector: { disk: 'ssd' },
          containers: [
            {
              name: 'web',
              image: 'nginx:1.27',
              ports: [{ name: 'http', containerPort: 80 }],
              env: [{ name: 'LEVEL', value: 'debug' }],
              resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
              readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
            },
          ],
        },
      },
    },
  });
  return { apiVersion: 'v1', kind: 'List', items: Array.from({ length: count }, (_, i) => item(i)) };
}

function deployment(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-${i}
  labels: {app: web-${i}, tier: front}
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web-${i}
  template:
    metadata:
      labels:
        app: web-${i}
    spec:
      # pinned to fast disks
      nodeSelector: {disk: ssd}
      containers:
      - name: web
        image: nginx:1.27
        ports:
        - containerPort: 80
        env:
        - name: LEVEL
          value: "debug"
        resources:
          requests: {cpu: 100m, memory: 64Mi}
          limits:
            memory: 128Mi
        readinessProbe:
          httpGet: {path: /, port: 80}
          periodSeconds: 5
`;
}
