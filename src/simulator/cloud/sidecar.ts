// What the sidecars of the simulated CSI driver share.
import type { PersistentVolume, PersistentVolumeClaim } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';

export const SIMPLIFICATION = 'the disk is simulated: it holds no data, and the times are made up';

/** A call of the driver: what the cloud does, told as a step. */
export function call(
  ctx: ComponentContext,
  method: string,
  o: PersistentVolume | PersistentVolumeClaim,
  text: string,
  causes: readonly StepId[],
): StepId {
  const { namespace, name = '', uid = '' } = o.metadata;
  const claim = namespace !== undefined;
  const resource = claim ? 'persistentvolumeclaims' : 'persistentvolumes';
  const kind = claim ? 'PersistentVolumeClaim' : 'PersistentVolume';
  return ctx.record({
    kind: 'node',
    action: method,
    object: { group: '', resource, kind, ...(claim ? { namespace } : {}), name, uid },
    causes,
    text,
    detail: { type: 'node', api: 'CSI', call: method },
    fidelity: 'simplified',
    simplification: SIMPLIFICATION,
  });
}
