// Models the checks of probes and lifecycle hooks.
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../../../../model/generated/core.v1.ts';
import { nonNegative, portNumberOrName } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isHttpHeaderName } from '../names.ts';
import { STOP_SIGNALS_LINUX, STOP_SIGNALS_WINDOWS } from './signals.ts';

type Handler = Loose<LifecycleHandler> & Pick<Loose<Probe>, 'grpc'>;

function httpGet(errs: Errors, path: Path, action: Loose<HTTPGetAction>): void {
  if (!action.path) errs.required(path.child('path'));
  portNumberOrName(errs, path.child('port'), action.port);
  if (action.scheme !== 'HTTP' && action.scheme !== 'HTTPS') {
    errs.notSupported(path.child('scheme'), action.scheme ?? '', ['HTTP', 'HTTPS']);
  }
  for (const { name = '' } of action.httpHeaders ?? []) {
    errs.each(path.child('httpHeaders'), name, isHttpHeaderName(name));
  }
}

const ACTIONS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function validateHandler(errs: Errors, path: Path, handler: Handler, grace: number | undefined): void {
  let found = false;
  for (const action of ACTIONS) {
    if (!handler[action]) continue;
    if (found) errs.forbidden(path.child(action), 'may not specify more than 1 handler type');
    else validateAction(errs, path.child(action), action, handler, grace);
    found = true;
  }
  if (!found) errs.required(path, 'must specify a handler type');
}

function validateAction(
  errs: Errors,
  path: Path,
  action: (typeof ACTIONS)[number],
  handler: Handler,
  grace: number | undefined,
): void {
  if (action === 'exec') {
    if (!handler.exec?.command?.length) errs.required(path.child('command'));
  } else if (action === 'httpGet') httpGet(errs, path, handler.httpGet ?? {});
  else if (action === 'sleep') {
    const seconds = handler.sleep?.seconds ?? 0;
    if (grace === undefined || (seconds >= 0 && seconds <= grace)) return;
    errs.invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
  } else portNumberOrName(errs, path.child('port'), handler[action]?.port);
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

export type ProbeName = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

export const PROBES: readonly ProbeName[] = ['livenessProbe', 'readinessProbe', 'startupProbe'];

export function validateProbe(
  errs: Errors,
  container: Path,
  name: ProbeName,
  probe: Loose<Probe> | undefined,
  grace: number | undefined,
): void {
  if (!probe) return;
  const path = container.child(name);
  validateHandler(errs, path, { ...pick(probe) }, grace);
  for (const count of COUNTS) nonNegative(errs, path, count, probe[count]);
  const seconds = probe.terminationGracePeriodSeconds;
  const at = path.child('terminationGracePeriodSeconds');
  if (seconds !== undefined && seconds <= 0) errs.invalid(at, seconds, 'must be greater than 0');
  if (name === 'readinessProbe') {
    if (seconds !== undefined) errs.invalid(at, seconds, 'must not be set for readinessProbes');
  } else if ((probe.successThreshold ?? 0) !== 1) {
    errs.invalid(path.child('successThreshold'), probe.successThreshold ?? 0, 'must be 1');
  }
}

/** A probe cannot sleep. */
function pick({ exec, httpGet: http, tcpSocket, grpc }: Loose<Probe>): Handler {
  return { exec, httpGet: http, tcpSocket, grpc };
}

export function validateLifecycle(
  errs: Errors,
  path: Path,
  lifecycle: Loose<Lifecycle>,
  grace: number | undefined,
  os: string | undefined,
): void {
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle[hook];
    if (handler) validateHandler(errs, path.child(hook), handler, grace);
  }
  const { stopSignal } = lifecycle;
  if (stopSignal === undefined) return;
  const at = path.child('stopSignal');
  if (os === undefined) errs.forbidden(at, 'may not be set for containers with empty `spec.os.name`');
  const supported = os === 'windows' ? STOP_SIGNALS_WINDOWS : os === 'linux' ? STOP_SIGNALS_LINUX : undefined;
  if (supported && !supported.includes(stopSignal)) errs.notSupported(at, stopSignal, supported);
}
