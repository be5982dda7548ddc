// What a document of a live object shows, and what is known of its lines beyond the text: kept while the document is open.
import type { ClusterSource } from '../../cluster/source.ts';
import { findComponent } from '../../knowledge/components.ts';
import type { KubeObject } from '../../model/object.ts';
import type { Blamed, LineBlame } from '../../provenance/blame.ts';
import type { ExactWrite } from '../../provenance/words.ts';
import type { ObjectRef, StepId } from '../../trace/step.ts';
import { actorName } from '../../trace/words.ts';
import type { Manifests } from '../editor/manifests.ts';
import type { SimulatorSession } from '../simulator/session.ts';

export interface KnownWrite extends ExactWrite {
  readonly step: StepId;
}

export interface LiveObject {
  readonly source: ClusterSource;
  readonly ref: ObjectRef;
  readonly object: KubeObject;
  readonly blamed: Blamed;
  /** ms since 1970 by the cluster's clock. */
  now(): number;
  /** What the trace says of the line; only in the simulator. */
  exact(line: LineBlame): KnownWrite | undefined;
}

/** Reads what is known of an object beyond its text. */
export type ReadLive = (source: ClusterSource, ref: ObjectRef, object: KubeObject) => Promise<LiveObject>;

/** Reads managedFields of an object as the API server answered it, and in the simulator the trace as well. */
export function liveReader(manifests: Manifests, session: SimulatorSession): ReadLive {
  return async (source, ref, object) => {
    const { knowledge } = await manifests.load();
    const { blame } = await import('../../provenance/blame.ts');
    const blamed = blame(knowledge, object);
    const exact = source.kind === 'simulator' ? await traced(session, ref, object) : () => undefined;
    const now = (): number => (source.kind === 'simulator' ? session.wallMs : Date.now());
    return { source, ref, object, blamed, now, exact };
  };
}

async function traced(session: SimulatorSession, ref: ObjectRef, object: KubeObject): Promise<LiveObject['exact']> {
  const { clock } = session;
  if (!clock) return () => undefined;
  const { stepFor, writesOf } = await import('../../provenance/steps.ts');
  const { uid } = object.metadata;
  const steps = await session.call('steps', { after: 0, limit: 100_000 });
  const writes = writesOf(steps, uid === undefined ? ref : { ...ref, uid });
  /** ms since 1970 at which the trace began. */
  const epoch = clock.wallMs - clock.now / 1000;
  const known = new Map<LineBlame, KnownWrite | undefined>();
  return (line) => {
    if (!known.has(line)) {
      const step = stepFor(writes, line.segments);
      known.set(
        line,
        step && {
          step: step.id,
          component: step.actor.component,
          name: actorName({ component: findComponent }, step),
          at: epoch + step.at / 1000,
          text: step.text,
        },
      );
    }
    return known.get(line);
  };
}
