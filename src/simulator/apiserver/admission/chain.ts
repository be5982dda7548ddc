// Admission: what may change or refuse a write after authorization. Models k8s.io/apiserver/pkg/admission.

import type { Status } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { byText } from '../../../model/remember.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { StatusError } from '../../../model/status.ts';
import type { Context, Gate } from '../context.ts';
import type { DeleteOptions } from '../registry/strategy.ts';
import { Reinvocation } from './reinvocation.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What is being admitted; `object` changes as plugins mutate it. */
export interface Review {
  readonly ctx: Context;
  readonly operation: Operation;
  readonly resource: ResourceInfo;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly options?: DeleteOptions | undefined;
  /** While mutating: what has to be asked again. */
  readonly reinvocation?: Reinvocation;
}

export interface Plugin {
  readonly name: string;
  /** Whether the plugin has anything to do with such a request; asked before the rest. */
  handles(r: Review): boolean;
  /** Returns the object that goes on, and a few words on what was done. */
  mutate?(r: Review): Mutation | undefined;
  /** Returns a refusal, or undefined. */
  validate?(r: Review): Status | undefined;
}

export interface Mutation {
  readonly object: KubeObject;
  readonly note: string;
}

const UNCHANGED: Gate = { stage: 'mutating-admission', verdict: 'skipped', text: 'no plugin changed anything' };
const NOBODY: Gate = { stage: 'validating-admission', verdict: 'skipped', text: 'no plugin has a say in this' };

/** By what plugins say they did: most say the same of all pods of a workload. */
const changed = byText(1_000, (text): Gate => ({ stage: 'mutating-admission', verdict: 'ok', text }));

export class AdmissionChain {
  readonly plugins: readonly Plugin[];
  /** By the plugins that were asked, one bit for each: requests of one kind pass alike. */
  private readonly gates = new Map([[0, NOBODY]]);

  constructor(plugins: readonly Plugin[]) {
    this.plugins = plugins;
  }

  /** Runs the mutating plugins and passes the gate. */
  mutate(review: Review): KubeObject | undefined {
    const reinvocation = new Reinvocation();
    const notes: string[] = [];
    let object = this.round({ ...review, reinvocation }, notes);
    if (reinvocation.wanted) {
      reinvocation.again = true;
      object = this.round({ ...review, object, reinvocation }, notes);
    }
    review.ctx.gates.push(notes.length === 0 ? UNCHANGED : changed(notes.join('; ')));
    return object;
  }

  private round(review: Review, notes: string[]): KubeObject | undefined {
    let object = review.object;
    for (const p of this.plugins) {
      if (p.mutate === undefined) continue;
      const r = object === review.object ? review : { ...review, object };
      if (!p.handles(r)) continue;
      const done = mutated(p, r);
      if (done === undefined) continue;
      object = done.object;
      notes.push(`${p.name} ${done.note}`);
    }
    return object;
  }

  validate(review: Review): void {
    let asked = 0;
    for (let i = 0, bit = 1; i < this.plugins.length; i++, bit *= 2) {
      const p = this.plugins[i] as Plugin;
      if (p.validate === undefined || !p.handles(review)) continue;
      const status = validated(p, review);
      if (status !== undefined) review.ctx.refuse('validating-admission', status, `${p.name}: ${status.message ?? ''}`);
      asked += bit;
    }
    review.ctx.gates.push(this.passed(asked));
  }

  private passed(asked: number): Gate {
    const known = this.gates.get(asked);
    if (known !== undefined) return known;
    const by = this.plugins.filter((_, i) => Math.floor(asked / 2 ** i) % 2 === 1).map((p) => p.name);
    const made: Gate = { stage: 'validating-admission', verdict: 'ok', text: `allowed by ${by.join(', ')}` };
    this.gates.set(asked, made);
    return made;
  }
}

// Functions of their own, and no closures: with some thirty plugins at every write, what is made for each call adds up.

function mutated(p: Plugin, r: Review): Mutation | undefined {
  try {
    return p.mutate?.(r);
  } catch (e) {
    noteRefusal(r.ctx, 'mutating-admission', p, e);
    throw e;
  }
}

function validated(p: Plugin, r: Review): Status | undefined {
  try {
    return p.validate?.(r);
  } catch (e) {
    noteRefusal(r.ctx, 'validating-admission', p, e);
    throw e;
  }
}

function noteRefusal(ctx: Context, stage: Gate['stage'], p: Plugin, e: unknown): void {
  if (e instanceof StatusError)
    ctx.gates.push({ stage, verdict: 'refused', text: `${p.name}: ${e.status.message ?? ''}` });
}
