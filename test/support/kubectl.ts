import type { TestProject } from 'vitest/node';
import { ensureKubectl } from '../../scripts/lib/kubectl.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a real kubectl: `inject('kubectl')`. */
    kubectl: string;
  }
}

/** Vitest's global set-up that finds or fetches the real kubectl. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('kubectl', await ensureKubectl());
}
