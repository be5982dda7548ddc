// Models pkg/scheduler/framework/plugins/helper/normalize_score.go.
import { MAX_SCORE } from './plugin.ts';

/** Stretches scores so that the highest is 100; `reverse` makes the highest count the worst. */
export function defaultNormalize(scores: Float64Array, reverse: boolean): void {
  let max = 0;
  for (let i = 0; i < scores.length; i++) if ((scores[i] as number) > max) max = scores[i] as number;
  if (max === 0) {
    if (reverse) scores.fill(MAX_SCORE);
    return;
  }
  for (let i = 0; i < scores.length; i++) {
    const share = Math.trunc((MAX_SCORE * (scores[i] as number)) / max);
    scores[i] = reverse ? MAX_SCORE - share : share;
  }
}
