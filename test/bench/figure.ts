/** One measured number. A file `*.bench.ts` of this folder exports by default a function that returns a list of them. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be at least (`higher`) or at most (`lower`); absent for a number that is only worth knowing. */
  readonly target?: number;
  readonly better: 'lower' | 'higher';
}

/** The middle of an odd number of measurements, as what one run in the crowd of a shared machine says little. */
export async function median(count: number, measure: () => number | Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < count; i++) values.push(await measure());
  return values.sort((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
}
