import { describe, expect, it } from 'vitest';
import { type Answer, type Case, loadCases, play } from './cases.ts';

/** Shares that may only rise. */
const FLOOR = { code: 996, answer: 996 };

interface Score {
  total: number;
  code: number;
  answer: number;
}

function sameAnswer(c: Case, a: Answer): boolean {
  if (c.code !== a.code) return false;
  if (c.code < 400) return true;
  return c.reason === a.reason && c.message === a.message && sorted(c.causes) === sorted(a.causes);
}

/** Causes in their order, whatever the order of their fields. */
function sorted(causes: readonly unknown[] | undefined): string {
  return JSON.stringify((causes ?? []).map((cause) => Object.entries(cause as object).sort()));
}

const short = (text: string | undefined): string => (text ?? '').replace(/x{50,}/g, 'xxx…');

/** `SHOW_MISMATCHES=1` prints what differs, `SHOW_MISMATCHES=Pod` that of one kind. */
function report(c: Case, a: Answer): void {
  const wanted = process.env.SHOW_MISMATCHES;
  if (!wanted || (wanted !== '1' && wanted !== c.kind)) return;
  const value = short(JSON.stringify(c.value));
  console.log(
    `${c.kind} ${c.pointer} ${c.op} ${value}\n  want ${c.code} ${short(c.message)}\n  got  ${a.code} ${short(a.message)}`,
  );
}

describe('recorded answers to objects with one change', () => {
  const total: Score = { total: 0, code: 0, answer: 0 };
  const kinds = new Map<string, Score>();
  for (const c of loadCases()) {
    const answer = play(c);
    const kind = kinds.get(c.kind) ?? { total: 0, code: 0, answer: 0 };
    kinds.set(c.kind, kind);
    const right = sameAnswer(c, answer);
    if (!right) report(c, answer);
    for (const score of [total, kind]) {
      score.total++;
      if (c.code === answer.code) score.code++;
      if (right) score.answer++;
    }
  }
  if (process.env.SHOW_MISMATCHES) {
    for (const [kind, s] of [...kinds].sort()) console.log(`${kind.padEnd(26)} ${s.answer} of ${s.total}`);
    console.log(`code ${total.code}, answer ${total.answer} of ${total.total}`);
  }

  it('has all recorded cases', () => expect(total.total).toBe(997));

  it(`gives the same code in at least ${FLOOR.code} cases`, () =>
    expect(total.code).toBeGreaterThanOrEqual(FLOOR.code));

  it(`gives the same answer, word for word, in at least ${FLOOR.answer}`, () =>
    expect(total.answer).toBeGreaterThanOrEqual(FLOOR.answer));
});
