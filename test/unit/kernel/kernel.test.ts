import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../src/kernel/kernel.ts';
import { all, type Process, Scope, sleep, spawn, wait } from '../../../src/kernel/process.ts';
import { Random } from '../../../src/kernel/random.ts';
import { rfc3339, rfc3339Micro } from '../../../src/kernel/time.ts';

const kernel = () => new Kernel({ seed: 's', epochMs: Date.UTC(2026, 0, 1) });

describe('the virtual clock', () => {
  it('runs events in order of time, and of scheduling where times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (delays) => {
        const k = kernel();
        const ran: number[] = [];
        for (const [i, d] of delays.entries()) k.schedule(d, () => ran.push(i));
        while (k.runNext());
        const wanted = delays.map((d, i) => ({ d, i })).sort((a, b) => a.d - b.d || a.i - b.i);
        expect(ran).toEqual(wanted.map((w) => w.i));
      }),
      { seed: 7 },
    );
  });

  it('is idle when only background timers are left, and cancelling counts', () => {
    const k = kernel();
    k.schedule(10, () => {}, true);
    const timer = k.schedule(20, () => {
      throw new Error('cancelled timers must not run');
    });
    expect(k.idle).toBe(false);
    timer.cancel();
    timer.cancel();
    expect(k.idle).toBe(true);
    k.runUntil(100);
    expect(k.now).toBe(100);
    expect(k.nextAt()).toBeUndefined();
  });

  it('stands at whole microseconds, so that an alarm for a moment never rings before it', () => {
    const k = kernel();
    k.runUntil(10.6);
    expect(k.now).toBe(10);
    const moment = 1000;
    let rung = 0;
    const alarm = (): void => {
      rung++;
      if (k.now < moment && rung < 5) k.schedule(moment - k.now, alarm);
    };
    alarm();
    k.runUntil(2000.4);
    expect([rung, k.now]).toEqual([2, 2000]);
  });

  it('shows times as the API writes them', () => {
    const k = kernel();
    k.runUntil(1_234_567);
    expect(rfc3339(k.wallMs)).toBe('2026-01-01T00:00:01Z');
    expect(rfc3339Micro(k.wallMs)).toBe('2026-01-01T00:00:01.234567Z');
  });
});

describe('processes', () => {
  it('wait side by side and end with the last', () => {
    const k = kernel();
    const scope = new Scope();
    function* nap(us: number): Process<number> {
      yield* sleep(k, us);
      return us;
    }
    let got: unknown;
    spawn(scope, all(scope, [nap(30), nap(10), nap(20)]), (r) => {
      got = { r, at: k.now };
    });
    while (k.runNext());
    expect(got).toEqual({ r: [30, 10, 20], at: 30 });
  });

  it('end silently where they wait once their scope is closed', () => {
    const k = kernel();
    const scope = new Scope();
    let woke = false;
    function* work(): Process<void> {
      yield* sleep(k, 10);
      woke = true;
    }
    spawn(scope, work());
    scope.close();
    while (k.runNext());
    expect(woke).toBe(false);
  });

  it('report a second resume, which is a bug', () => {
    const scope = new Scope();
    let resume: (v: number) => void = () => {};
    function* work(): Process<void> {
      yield* wait<number>((r) => {
        resume = r;
      });
    }
    spawn(scope, work());
    resume(1);
    expect(() => resume(2)).toThrow(/twice/);
  });
});

describe('randomness', () => {
  it('repeats for a seed, and one stream does not shift another', () => {
    const draw = (r: Random) => Array.from({ length: 20 }, () => r.int(1000));
    const a = new Random('x');
    const child = a.fork('c');
    draw(a);
    expect(draw(child)).toEqual(draw(new Random('x').fork('c')));
    expect(draw(new Random('x'))).not.toEqual(draw(new Random('y')));
  });

  it('makes UUIDs of version 4 and names from letters that make no words', () => {
    const r = new Random('u');
    for (let i = 0; i < 50; i++) {
      expect(r.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(r.suffix()).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    }
  });

  it('spreads evenly enough for choices', () => {
    const r = new Random('even');
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 5000; i++) {
      const k = r.int(5);
      counts[k] = (counts[k] ?? 0) + 1;
    }
    for (const n of counts) expect(n).toBeGreaterThan(800);
  });
});
