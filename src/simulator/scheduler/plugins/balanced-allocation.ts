// Prefers nodes whose cpu and memory are used in like measure with the pod on them.
// Models pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go, v1.36: the score says how the balance changes,
// 75 for no change, within 50 … 100.
import { MAX_SCORE, type Plugin } from '../framework/plugin.ts';
import { skip } from '../framework/status.ts';
import { BALANCED_ALLOCATION } from './names.ts';

const SKIP = skip(BALANCED_ALLOCATION);

/** 100 when both are used in the same measure. With two resources the standard deviation is half the difference. */
function balance(cpu: number, allCpu: number, memory: number, allMemory: number): number {
  if (allCpu === 0 || allMemory === 0) return MAX_SCORE;
  const std = Math.abs((Math.min(1, cpu / allCpu) - Math.min(1, memory / allMemory)) / 2);
  return Math.trunc((1 - std) * MAX_SCORE);
}

export function balancedAllocation(): Plugin {
  return {
    name: BALANCED_ALLOCATION,
    // A pod that requests neither would be drawn to the fullest balanced node.
    preScore: (_state, pod) => (pod.requests.milliCPU === 0 && pod.requests.memory === 0 ? SKIP : undefined),
    score(_state, { requests }, nodes, scores) {
      const half = MAX_SCORE / 2;
      nodes.forEach(({ requested: { milliCPU, memory }, allocatable: all }, i) => {
        const after = balance(milliCPU + requests.milliCPU, all.milliCPU, memory + requests.memory, all.memory);
        const before = balance(milliCPU, all.milliCPU, memory, all.memory);
        scores[i] = half + Math.trunc((half + after - before) / 2);
      });
    },
  };
}
