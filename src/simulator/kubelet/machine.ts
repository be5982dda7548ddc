// What runs on a node's machine whether or not its kubelet does: sandboxes and containers. A kubelet that is started again
// finds them; a machine that was switched off has lost them.

import type { Pod } from '../../model/generated/core.v1.ts';
import type { ContainerRecord, PodRecord } from './record.ts';
import type { Exit, Sandbox } from './runtime/runtime.ts';

export interface Planned extends Exit {
  /** µs since the start of the simulation. */
  readonly at: number;
}

export interface PodOnMachine {
  readonly record: PodRecord;
  sandbox?: Sandbox;
  /** When containers will end by themselves. */
  readonly exits: Map<ContainerRecord, Planned>;
  /** The machine was switched off since: the sandbox is gone. */
  lost: boolean;
}

/** Static pods, by the name of the machine that has them in files. */
export interface StaticManifests {
  readonly [machine: string]: readonly Pod[];
}

export class Machine {
  /** By uid. */
  readonly pods = new Map<string, PodOnMachine>();
  /** On its disk. */
  readonly images: Set<string>;
  /** Of those that were pulled, bytes. */
  readonly sizes = new Map<string, number>();
  /** Files in /etc/kubernetes/manifests. */
  readonly manifests: readonly Pod[];
  /** How often it was switched on again. */
  boots = 0;
  /** The network plugin's next address. */
  nextHost = 2;

  constructor(images: readonly string[], manifests: readonly Pod[] = []) {
    this.images = new Set(images);
    this.manifests = manifests;
  }

  /** All processes end at once; nobody sees their exit codes. `now`: metav1.Time. */
  powerOff(now: string): void {
    this.boots++;
    for (const pod of this.pods.values()) {
      pod.lost = true;
      pod.exits.clear();
      pod.record.sandboxReady = false;
      for (const c of [...pod.record.init, ...pod.record.main]) {
        if (c.state.running === undefined) continue;
        const { startedAt = now } = c.state.running;
        const containerID = c.containerID ? { containerID: c.containerID } : {};
        c.state = { terminated: { exitCode: 255, reason: 'Unknown', startedAt, finishedAt: now, ...containerID } };
        c.ready = false;
        c.started = false;
      }
    }
  }
}
