// Steps that came over a thread or out of a file each bring their own copies of what is the same in thousands of them: who
// acted, what it was about, what the gates said. A reader of long traces keeps one copy of each.
import type { Actor, ObjectRef, Stage, Step } from './step.ts';

export class Sharing {
  private readonly actors = new Map<string, Actor>();
  private readonly objects = new Map<string, ObjectRef>();
  /** By what they say; few say the same of different gates. */
  private readonly stages = new Map<string, Stage>();

  /** The same step, of shared parts. */
  share(step: Step): Step {
    const { actor, object, request } = step;
    return {
      ...step,
      actor: this.actor(actor),
      ...(object && { object: this.object(object) }),
      ...(request && { request: { ...request, stages: request.stages.map((stage) => this.stage(stage)) } }),
    };
  }

  private actor(actor: Actor): Actor {
    return first(this.actors, `${actor.node ?? ''} ${actor.component}`, actor);
  }

  private object(object: ObjectRef): ObjectRef {
    const { group, resource, namespace = '', name, uid = '' } = object;
    return first(this.objects, `${uid} ${group} ${resource} ${namespace} ${name}`, object);
  }

  private stage(stage: Stage): Stage {
    const known = first(this.stages, stage.text, stage);
    return known.stage === stage.stage && known.verdict === stage.verdict ? known : stage;
  }
}

function first<T>(known: Map<string, T>, key: string, value: T): T {
  const same = known.get(key);
  if (same !== undefined) return same;
  known.set(key, value);
  return value;
}
