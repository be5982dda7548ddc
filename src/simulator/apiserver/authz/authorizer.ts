// The authorizers in the order in which they are asked (`--authorization-mode=Node,RBAC`), and the gate.
import type { Context, Gate } from '../context.ts';
import { first } from '../request.ts';
import { type Attributes, type Authorizer, attributesOf, cannot, type Decision, refusal } from './attributes.ts';

/** Upstream's PrivilegedGroups authorizer stands before the configured ones. */
const PRIVILEGED = 'system:masters';
const MASTERS: Decision = { allowed: true, reason: '', by: `group ${PRIVILEGED}, which may do everything` };
const ALWAYS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/livez']);
const PATH: Decision = { allowed: true, reason: '', by: 'a path that everybody may read' };

export class AuthorizerChain implements Authorizer {
  private readonly chain: readonly Authorizer[];

  constructor(chain: readonly Authorizer[]) {
    this.chain = chain;
  }

  authorize(a: Attributes): Decision {
    if (!a.isResource && ALWAYS.has(a.path)) return PATH;
    if (a.user.groups.includes(PRIVILEGED)) return MASTERS;
    const refusals: Decision[] = [];
    for (const authorizer of this.chain) {
      const decision = authorizer.authorize(a);
      if (decision?.allowed) return decision;
      if (decision !== undefined) refusals.push(decision);
    }
    const reasons = refusals.map((r) => r.reason).filter((r) => r !== '');
    return {
      allowed: false,
      reason: reasons.length > 1 ? `[${reasons.join(', ')}]` : (reasons[0] ?? ''),
      by: refusals.map((r) => r.by).join('; '),
    };
  }
}

const gates = new WeakMap<Decision, Gate>();

/** Authorizers give the same decision again and again. */
function gateOf(decision: Decision): Gate {
  const known = gates.get(decision);
  if (known !== undefined) return known;
  const gate: Gate = { stage: 'authorization', verdict: 'ok', text: () => `allowed by ${decision.by}` };
  gates.set(decision, gate);
  return gate;
}

/** Refuses with 403 what nobody allowed. */
export function authorizeRequest(ctx: Context, authorizer: Authorizer): void {
  const attributes = attributesOf(ctx.user, ctx.info, first(ctx.request.query, 'fieldSelector'));
  const decision = authorizer.authorize(attributes);
  if (decision?.allowed) {
    ctx.grant = decision.by;
    ctx.grantReason = decision.reason;
    ctx.allowed = true;
    ctx.gates.push(gateOf(decision));
    return;
  }
  const why = `${cannot(attributes)}; ${decision?.by ?? 'no authorizer is configured'}`;
  ctx.refuse('authorization', refusal(attributes, decision?.reason ?? ''), why);
}
