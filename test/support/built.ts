import { buildAll } from '../../scripts/tasks/build.ts';

/** Vitest's global set-up of the tests that drive what is in dist/; `npm test` has built that already. */
export default async function setup(): Promise<void> {
  if (!process.env.KUBE_ANATOMY_BUILT) await buildAll({ tests: true });
}
