// What became of the feature gates that fields depend on: from which version on a field could be used, and whether it must
// be switched on. A record names the gate (`{SidecarContainers}`), so that no version is written twice.
import data from './feature-gates.json' with { type: 'json' };

interface Stage {
  readonly version: string;
  readonly stage: 'alpha' | 'beta' | 'stable';
  /** Whether the gate was on unless somebody switched it off. */
  readonly on: boolean;
}

const gates: Readonly<Record<string, string>> = data.gates;

/** The stages of a gate, `1.28 alpha, 1.29 beta on, 1.33 stable`, in order; undefined when it is not in the table. */
export function stagesOf(gate: string): readonly Stage[] | undefined {
  if (!Object.hasOwn(gates, gate)) return undefined;
  return gates[gate]?.split(', ').map((text): Stage => {
    const [version = '', stage, state] = text.split(' ');
    if (stage !== 'alpha' && stage !== 'beta' && stage !== 'stable') throw new Error(`${gate}: no stage in “${text}”`);
    return { version, stage, on: stage === 'stable' || state === 'on' };
  });
}

/**
 * `since` of a record as people read it: each `{Gate}` becomes the versions of that gate.
 * @throws when the table lacks the gate, which a test rules out.
 */
export function sinceText(since: string): string {
  return since.replace(/\{(\w+)\}/g, (_, gate: string) => historyOf(gate));
}

function historyOf(gate: string): string {
  const stages = stagesOf(gate) ?? [];
  const [first] = stages;
  const last = stages.at(-1);
  if (!first || !last) throw new Error(`No feature gate ${gate} in feature-gates.json`);
  if (!last.on) return `v${first.version}, but not by default: feature gate ${gate}`;
  const since = stages[stages.findLastIndex(({ on }) => !on) + 1] ?? last;
  if (last.stage === 'beta') return `v${since.version} by default (feature gate ${gate})`;
  return since.version === last.version ? `v${last.version}` : `v${since.version}, stable v${last.version}`;
}
