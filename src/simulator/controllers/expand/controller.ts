// The expand controller: a claim that asks for more than it has. What a CSI driver made, its own resizer makes larger; the
// controller only says that it waits. Models pkg/controller/volume/expand, v1.36.
import type { PersistentVolumeClaim } from '../../../model/generated/core.v1.ts';
import { compareQuantities, quantity } from '../../../model/quantity.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';

/** Whether the new claim asks for more than the old one did, and than it has. */
export function asksForMore(now: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const size = (c: PersistentVolumeClaim): string => String(c.spec?.resources?.requests?.storage ?? '0');
  const more = (a: string, b: string): boolean => compareQuantities(quantity(a), quantity(b)) > 0;
  const has = String(now.status?.capacity?.storage ?? '0');
  return now.status?.phase === 'Bound' && more(size(now), size(old)) && more(size(now), has);
}

export class ExpandController {
  constructor(ctx: ComponentContext) {
    const events = new EventRecorder(ctx, 'volume_expand');
    const claims = ctx.informers.of(PERSISTENT_VOLUME_CLAIMS);
    const volumes = ctx.informers.of(PERSISTENT_VOLUMES);
    const changed = (now: PersistentVolumeClaim, old: PersistentVolumeClaim, cause: StepId): void => {
      if (!asksForMore(now, old) || volumes.get(now.spec?.volumeName ?? '')?.spec?.csi === undefined) return;
      const subject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', object: now };
      const message = 'waiting for an external controller to expand this PVC';
      events.event(subject, 'Normal', 'ExternalExpanding', message, [cause]);
    };
    claims.onChange({ update: changed });
  }
}
