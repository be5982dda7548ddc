// Probes that kube-apiserver refuses, and those that the kubelet can never carry out.
// Models pkg/apis/core/validation/validation.go and pkg/kubelet/prober.
import type { PlainObject } from '../plain.ts';
import { itemsOf, recordOf, type Subject } from './subject.ts';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;
const SPOKEN = { livenessProbe: 'Liveness', readinessProbe: 'Readiness', startupProbe: 'Startup' } as const;

export function checkProbes(subject: Subject, container: PlainObject, path: string, patch: boolean): void {
  for (const name of PROBES) {
    const probe = recordOf(container[name]);
    if (!probe) continue;
    const at = `${path}.${name}`;
    if (!patch) checkHandler(subject, container, name, probe, at);
    checkThreshold(subject, name, probe, at);
    checkPort(subject, container, name, probe);
  }
}

function checkHandler(subject: Subject, container: PlainObject, name: string, probe: PlainObject, path: string): void {
  const [first, second] = HANDLERS.filter((handler) => probe[handler] !== undefined && probe[handler] !== null);
  if (first === undefined) {
    subject.atKey(container, name, {
      family: 'probe',
      severity: 'error',
      message: `This probe does not say what to check: one of ${HANDLERS.map((h) => `\`${h}\``).join(', ')} is needed.`,
      component: 'kube-apiserver',
      words: `${path}: Required value: must specify a handler type`,
    });
  } else if (second !== undefined) {
    subject.atKey(probe, second, {
      family: 'probe',
      severity: 'error',
      message: `A probe checks one thing, and this one has \`${first}\` already.`,
      component: 'kube-apiserver',
      words: `${path}.${second}: Forbidden: may not specify more than 1 handler type`,
    });
  }
}

function checkThreshold(subject: Subject, name: (typeof PROBES)[number], probe: PlainObject, path: string): void {
  const { successThreshold: wanted, terminationGracePeriodSeconds: grace } = probe;
  if (name === 'readinessProbe') {
    if (typeof grace !== 'number' || grace <= 0) return;
    subject.atKey(probe, 'terminationGracePeriodSeconds', {
      family: 'probe',
      severity: 'error',
      message: 'A readiness probe never ends a container, so it has no grace period.',
      component: 'kube-apiserver',
      words: `${path}.terminationGracePeriodSeconds: Invalid value: ${grace}: must not be set for readinessProbes`,
    });
  } else if (typeof wanted === 'number' && wanted > 1) {
    subject.atValue(probe, 'successThreshold', {
      family: 'probe',
      severity: 'error',
      message: 'One success is enough for liveness and startup probes; only readiness probes may want more.',
      component: 'kube-apiserver',
      words: `${path}.successThreshold: Invalid value: ${wanted}: must be 1`,
      replacement: { title: 'Change to 1', text: '1' },
    });
  }
}

/** A number need not be declared; a name must be, by the same container. */
function checkPort(subject: Subject, container: PlainObject, name: (typeof PROBES)[number], probe: PlainObject): void {
  for (const handler of ['httpGet', 'tcpSocket']) {
    const action = recordOf(probe[handler]);
    const port = action?.port;
    // A number in quotes is another mistake, of which kube-apiserver tells.
    if (!action || typeof port !== 'string' || !/[a-z]/.test(port)) continue;
    const ports = itemsOf(container.ports);
    if (ports.some((declared) => declared[1].name === port)) continue;
    // What a template or a merge brings is not known.
    if (Array.isArray(container.ports) ? ports.length !== container.ports.length : container.ports) continue;
    const one = ports.length === 1 ? ports[0]?.[1].name : undefined;
    subject.atValue(action, 'port', {
      family: 'probe',
      severity: 'warning',
      message: `The container declares no port called \`${port}\`, so this probe can never pass. kube-apiserver accepts it.`,
      component: 'kubelet',
      words: `Unhealthy: ${SPOKEN[name]} probe errored and resulted in unknown state: …`,
      ...(typeof one === 'string' && { replacement: { title: `Change to ${one}`, text: one } }),
    });
  }
}
