// Prefers nodes that already hold the pod's images, the more the larger they are, less so when few nodes have them.
// Models pkg/scheduler/framework/plugins/imagelocality.
import type { Cache } from '../framework/cache.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { MAX_SCORE, type Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { IMAGE_LOCALITY } from './names.ts';

interface Images {
  readonly known: readonly { readonly name: string; readonly worth: number }[];
  readonly max: number;
}

const IMAGES = stateKey<Images>();
const MB = 1024 * 1024;
const MIN = 23 * MB;
const MAX_PER_CONTAINER = 1000 * MB;

/** Names without a tag get `latest`; nothing else is filled in, so `nginx` does not find `docker.io/library/nginx`. */
function normalized(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

function images(pod: PodInfo): string[] {
  const { spec } = pod.pod;
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map((c) => c.image ?? '');
  const volumes = (spec?.volumes ?? []).flatMap((v) => v.image?.reference ?? []);
  return [...containers, ...volumes].map(normalized);
}

/** What each image counts on a node that has it: the fewer nodes have it, the less. */
function worth(name: string, cache: Cache): number {
  const image = cache.image(name);
  return image === undefined ? 0 : Math.trunc(image.size * (image.nodes / cache.nodes().length));
}

export function imageLocality(cache: Cache): Plugin {
  return {
    name: IMAGE_LOCALITY,
    preScore(state, pod) {
      const names = images(pod);
      const known = names.map((name) => ({ name, worth: worth(name, cache) })).filter((i) => i.worth > 0);
      state.write(IMAGES, { known, max: MAX_PER_CONTAINER * names.length });
      return undefined;
    },
    score(state, _pod, nodes, scores) {
      const { known, max } = state.read(IMAGES) ?? { known: [], max: 0 };
      if (known.length === 0) {
        scores.fill(0);
        return;
      }
      nodes.forEach((node, i) => {
        let sum = 0;
        for (const { name, worth } of known) if (node.images.has(name)) sum += worth;
        const within = Math.min(Math.max(sum, MIN), max);
        scores[i] = Math.trunc((MAX_SCORE * (within - MIN)) / (max - MIN));
      });
    },
  };
}
