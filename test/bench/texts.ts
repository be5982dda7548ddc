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
