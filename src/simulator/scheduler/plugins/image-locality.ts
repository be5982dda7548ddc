// Prefers nodes that already hold the pod's images, the more the larger they are, less so when few nodes have them.
// Models pkg/scheduler/framework/plugins/imagelocality.
import type { Cache } from '../framework/cache.ts';
import { MAX_SCORE, type Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { IMAGE_LOCALITY } from './names.ts';

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

export function imageLocality(cache: Cache): Plugin {
  let last: { readonly pod: PodInfo; readonly names: readonly string[] } | undefined;
  return {
    name: IMAGE_LOCALITY,
    score(_state, pod, node) {
      if (node.images.size === 0) return 0;
      if (last?.pod !== pod) last = { pod, names: images(pod) };
      const { names } = last;
      const total = cache.nodes().length;
      let sum = 0;
      for (const name of names) {
        if (!node.images.has(name)) continue;
        const image = cache.image(name);
        if (image !== undefined) sum += Math.trunc(image.size * (image.nodes / total));
      }
      const max = MAX_PER_CONTAINER * names.length;
      const within = Math.min(Math.max(sum, MIN), max);
      return Math.trunc((MAX_SCORE * (within - MIN)) / (max - MIN));
    },
  };
}
