// Requests that wait for an answer from outside. A handler never waits: it ends with `Suspended`, the calls are made, and the
// request is handled again from its start, where it finds the answers. Nothing was written by then, and what it draws at random
// it draws again, so that the second run is the first one gone on. Where an object changed in the meantime, another question
// arises and is asked, as upstream asks its webhooks again when a write meets a conflict.

import type { Random } from '../../../kernel/random.ts';
import type { Outbound, OutboundCall, OutboundResult } from '../../../model/outbound.ts';

export interface PendingCall {
  /** Tells the call from others of the same request: who is asked, and what. */
  readonly key: string;
  readonly call: OutboundCall;
}

/** Ends the handling of a request until its calls are answered. */
export class Suspended extends Error {
  readonly calls: readonly PendingCall[];
  constructor(calls: readonly PendingCall[]) {
    super('a request waits for calls that leave the simulation');
    this.calls = calls;
  }
}

export interface Answered {
  readonly result: OutboundResult;
  /** 1 for the first answer that came, 2 for the second … */
  readonly order: number;
}

/** The calls of one request. */
export class RequestCalls {
  /** How often the request has asked. */
  rounds = 0;
  /** When the request came, milliseconds since 1970. */
  readonly wallMs: number;
  private readonly seed: Random;
  private readonly answers = new Map<string, Answered>();
  private readonly ids = new Map<string, string>();

  /** @param seed of the request; never drawn from. */
  constructor(seed: Random, wallMs: number) {
    this.wallMs = wallMs;
    this.seed = seed;
  }

  /** What a handling of the request draws from: the same each time. */
  random(): Random {
    return this.seed.fork('handling');
  }

  /** A UUID that belongs to the question. */
  idOf(key: string): string {
    const known = this.ids.get(key) ?? this.seed.fork(`call/${this.ids.size}`).uuid();
    this.ids.set(key, known);
    return known;
  }

  answerTo(key: string): Answered | undefined {
    return this.answers.get(key);
  }

  /** Makes the calls side by side; `then` follows the last answer. */
  make(calls: readonly PendingCall[], outbound: Outbound, then: () => void): void {
    this.rounds++;
    let left = calls.length;
    for (const { key, call } of calls) {
      outbound(call, (result) => {
        if (this.answers.has(key)) return;
        this.answers.set(key, { result, order: this.answers.size + 1 });
        if (--left === 0) then();
      });
    }
  }
}
