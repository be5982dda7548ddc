/** What one kind of tests came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

export const NOTHING: Outcome = { passed: 0, failed: 0 };

export function add(...outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), NOTHING);
}

/** One check that either holds or not. */
export function single(ok: boolean): Outcome {
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
