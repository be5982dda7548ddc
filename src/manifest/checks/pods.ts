// What is wrong inside a pod's spec. Words are those of the recorded API server; what it accepts is no error here.
// Models pkg/apis/core/validation/validation.go and pkg/api/pod/warnings.go.
import { compareQuantities, formatQuantity, parseQuantity } from '../../model/quantity.ts';
import type { PlainObject } from '../plain.ts';
import { checkProbes } from './probes.ts';
import { duplicates, itemsOf, recordOf, type Subject } from './subject.ts';

export function checkPodSpec(
  subject: Subject,
  spec: PlainObject,
  path: string,
  claims: readonly string[],
  patch: boolean,
): void {
  const volumes = itemsOf(spec.volumes);
  duplicates(subject, volumes, `${path}.volumes`, 'name', 'volume');
  const names = new Set([...volumes.map(([, { name }]) => name), ...claims]);
  // Containers of all lists share one set of names, but each list is told apart in its messages.
  for (const list of ['initContainers', 'containers']) {
    const containers = itemsOf(spec[list]);
    duplicates(subject, containers, `${path}.${list}`, 'name', 'container');
    for (const [index, container] of containers) {
      const at = `${path}.${list}[${index}]`;
      if (!patch) checkImage(subject, container, at);
      checkPorts(subject, container, at);
      checkEnv(subject, container, at);
      checkMounts(subject, container, at, patch ? undefined : names);
      checkResources(subject, container, at);
      checkProbes(subject, container, at, patch);
    }
  }
}

/** The schema leaves it open, so that a patch may; kube-apiserver does not. */
function checkImage(subject: Subject, container: PlainObject, path: string): void {
  if (container.image !== undefined && container.image !== null && container.image !== '') return;
  const [key = 'name'] = 'image' in container ? ['image'] : Object.keys(container);
  subject.atKey(container, key, {
    family: 'required',
    severity: 'error',
    message: 'The container has no image.',
    component: 'kube-apiserver',
    words: `${path}.image: Required value`,
  });
}

function checkPorts(subject: Subject, container: PlainObject, path: string): void {
  const ports = itemsOf(container.ports);
  duplicates(subject, ports, `${path}.ports`, 'name', 'port');
  const seen = new Map<string, number>();
  for (const [index, port] of ports) {
    const key = [port.containerPort, port.protocol ?? 'TCP', port.hostPort ?? '', port.hostIP ?? ''].join(' ');
    const before = seen.get(key);
    if (before === undefined) seen.set(key, index);
    else if (typeof port.containerPort === 'number' && port.hostPort === undefined) {
      subject.atValue(container.ports as object, index, {
        family: 'duplicate',
        severity: 'warning',
        message: `Port ${port.containerPort} is declared above.`,
        component: 'kube-apiserver',
        words: `Warning: ${path}.ports[${index}]: duplicate port definition with ${path}.ports[${before}]`,
      });
    }
  }
}

function checkEnv(subject: Subject, container: PlainObject, path: string): void {
  const seen = new Set<unknown>();
  for (const [index, { name, ...variable }] of itemsOf(container.env)) {
    if (typeof name !== 'string' || name === '') continue;
    const builds = typeof variable.value === 'string' && variable.value.includes(`$(${name})`);
    const item = (container.env as PlainObject[])[index];
    if (item && seen.has(name) && (!builds || variable.valueFrom !== undefined || variable.value === `$(${name})`)) {
      subject.atValue(item, 'name', {
        family: 'duplicate',
        severity: 'warning',
        message: `\`${name}\` is set above; the container sees this last one.`,
        component: 'kube-apiserver',
        words: `Warning: ${path}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
      });
    }
    seen.add(name);
  }
}

/** `volumes` is undefined where they may be written elsewhere. */
function checkMounts(
  subject: Subject,
  container: PlainObject,
  path: string,
  volumes: ReadonlySet<unknown> | undefined,
): void {
  const paths = new Set<unknown>();
  for (const field of ['volumeMounts', 'volumeDevices']) {
    for (const [index, mount] of itemsOf(container[field])) {
      const at = `${path}.${field}[${index}]`;
      const where = field === 'volumeMounts' ? 'mountPath' : 'devicePath';
      if (typeof mount.name === 'string' && volumes && !volumes.has(mount.name)) {
        subject.atValue(mount, 'name', {
          family: 'reference',
          severity: 'error',
          message: `The pod has no volume \`${mount.name}\`.`,
          component: 'kube-apiserver',
          words: `${at}.name: Not found: ${JSON.stringify(mount.name)}`,
        });
      }
      if (typeof mount[where] === 'string' && paths.has(mount[where])) {
        subject.atValue(mount, where, {
          family: 'duplicate',
          severity: 'error',
          message: `Something else is mounted at \`${mount[where]}\` above.`,
          component: 'kube-apiserver',
          words: `${at}.${where}: Invalid value: ${JSON.stringify(mount[where])}: must be unique`,
        });
      }
      paths.add(mount[where]);
    }
  }
}

function checkResources(subject: Subject, container: PlainObject, path: string): void {
  const resources = recordOf(container.resources);
  const requests = recordOf(resources?.requests);
  const limits = recordOf(resources?.limits);
  if (!requests || !limits) return;
  for (const [name, asked] of Object.entries(requests)) {
    const request = quantityOf(asked);
    const limit = quantityOf(limits[name]);
    if (!request || !limit || compareQuantities(request, limit) <= 0) continue;
    const [written, most] = [formatQuantity(request), formatQuantity(limit)];
    subject.atValue(requests, name, {
      family: 'resources',
      severity: 'error',
      message: `More ${name} is requested than the limit of ${most} allows.`,
      component: 'kube-apiserver',
      words: `${path}.resources.requests: Invalid value: ${JSON.stringify(written)}: must be less than or equal to ${name} limit of ${most}`,
      replacement: { title: `Request ${most}, as much as the limit`, text: most },
    });
  }
}

function quantityOf(value: unknown): ReturnType<typeof parseQuantity> {
  return typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;
}
