// Eviction: a deletion that asks the PodDisruptionBudgets first. Models pkg/registry/core/pod/storage/eviction.go.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { Eviction, PodDisruptionBudget } from '../../../model/generated/policy.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { selects } from '../../../model/selectors.ts';
import { badRequest, failure, forbidden, notFound, success, tooManyRequests } from '../../../model/status.ts';
import { type Answer, type Context, refuse } from '../context.ts';
import { writeOptions } from '../handlers/options.ts';
import type { Registry } from '../registry/create.ts';
import { deleteFound } from '../registry/delete.ts';
import type { DeleteOptions, Obj } from '../registry/strategy.ts';
import { find, rangeOf, write } from '../storage.ts';

const KIND = { group: 'policy', version: 'v1', kind: 'Eviction' };
const PODS = { group: '', resource: 'pods' };
const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
const MANY = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
/** Seconds after which a client may try again while the budget has not been looked at yet. */
const RETRY = 10;

function isReady(pod: Pod): boolean {
  return (pod.status?.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True');
}

/** A pod that does not run disturbs nobody by going. */
function ignoresBudget(pod: Pod): boolean {
  const phase = pod.status?.phase ?? '';
  return ['Succeeded', 'Failed', 'Pending'].includes(phase) || pod.metadata?.deletionTimestamp !== undefined;
}

function budgetsFor(ctx: Context, r: ResourceInfo, pod: Pod): PodDisruptionBudget[] {
  const found: PodDisruptionBudget[] = [];
  for (const kv of rangeOf(ctx.core.store, r, ctx.info.namespace)) {
    const budget = kv.value as PodDisruptionBudget;
    if (selects(budget.spec?.selector, pod.metadata?.labels)) found.push(budget);
  }
  return found;
}

function budgetRefusal(message: string, retry: number): never {
  return refuse(tooManyRequests(VIOLATES, retry, [{ reason: 'DisruptionBudget', message }]));
}

/** Takes one disruption from the budget, or refuses. Models checkAndDecrement. */
function takeDisruption(ctx: Context, r: ResourceInfo, budget: PodDisruptionBudget, pod: string): void {
  const { status, metadata } = budget;
  const name = metadata?.name ?? '';
  const left = status?.disruptionsAllowed ?? 0;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0))
    budgetRefusal(`The disruption budget ${name} is still being processed by the server.`, RETRY);
  if (left < 0)
    refuse(
      forbidden({ group: 'policy', resource: 'poddisruptionbudgets' }, name, 'pdb disruptions allowed is negative'),
    );
  if (left === 0) {
    const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
    budgetRefusal(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
      0,
    );
  }
  const disruptedPods = { ...status?.disruptedPods, [pod]: ctx.now };
  const next = { ...budget, status: { ...status, disruptedPods, disruptionsAllowed: left - 1 } };
  write(ctx, r, (left === 1 ? withoutBudget(next, ctx.now) : next) as KubeObject);
}

function withoutBudget(budget: PodDisruptionBudget, now: string): PodDisruptionBudget {
  const { status, metadata } = budget;
  if (status === undefined) return budget;
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False' as const,
    observedGeneration: metadata?.generation ?? 0,
    lastTransitionTime: now,
    reason: 'InsufficientPods',
    message: '',
  };
  const others = (status.conditions ?? []).filter((c) => c.type !== condition.type);
  return { ...budget, status: { ...status, conditions: [...others, condition] } };
}

function askBudgets(ctx: Context, pod: Pod): void {
  const r = ctx.core.resource('policy', 'poddisruptionbudgets', 'v1');
  if (r === undefined || ignoresBudget(pod)) return;
  const [budget, second] = budgetsFor(ctx, r, pod);
  if (budget === undefined) return;
  if (second !== undefined) refuse(failure(500, '', MANY));
  if (!isReady(pod)) {
    const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
    if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return;
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return;
  }
  takeDisruption(ctx, r, budget, pod.metadata?.name ?? '');
}

/** The pod tells why it went, also where no budget was asked; one that tells so already is left as it is. */
function withDisruptionTarget(pod: Pod, now: string): Pod {
  const known = pod.status?.conditions?.find((c) => c.type === 'DisruptionTarget');
  if (known?.status === 'True' && known.reason === 'EvictionByEvictionAPI') return pod;
  const condition = {
    type: 'DisruptionTarget',
    ...(pod.metadata?.generation ? { observedGeneration: pod.metadata.generation } : {}),
    status: 'True' as const,
    lastProbeTime: null as unknown as string,
    lastTransitionTime: now,
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const others = (pod.status?.conditions ?? []).filter((c) => c.type !== condition.type);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } } as Pod;
}

export function evict(ctx: Context, registry: Registry, pods: ResourceInfo): Answer {
  const { fieldValidation } = writeOptions(ctx, 'CreateOptions');
  const eviction = registry.machine.decode(ctx, KIND, fieldValidation) as KubeObject as Eviction;
  ctx.requestObject = eviction;
  const { namespace, name } = ctx.info;
  const given = eviction.metadata?.name;
  if (given && given !== name) refuse(badRequest('name in URL does not match name in Eviction object'));
  const options = (eviction.deleteOptions ?? {}) as DeleteOptions & { dryRun?: readonly string[] };
  if (options.dryRun?.includes('All')) ctx.dryRun = true;
  const pod = find(ctx, pods, namespace, name) as Pod | undefined;
  if (pod === undefined) return refuse(notFound(PODS, name));
  const review = { ctx, operation: 'CREATE' as const, resource: pods, subresource: 'eviction', namespace, name };
  const admitted = registry.admission.mutate({ ...review, object: eviction, old: undefined });
  registry.admission.validate({ ...review, object: admitted, old: undefined });
  askBudgets(ctx, pod);
  const telling = withDisruptionTarget(pod, ctx.now);
  const marked = telling === pod ? pod : write(ctx, pods, telling as KubeObject);
  deleteFound(ctx, registry, pods, marked as Obj, options, true);
  return { code: 201, body: { ...success(), code: 201 } };
}
