// By what controllers look objects up in their caches.
import type { Pod } from '../../../model/generated/core.v1.ts';
import { controllerOf, type KubeObject } from '../../../model/object.ts';

export const byNamespace = ({ metadata }: KubeObject): readonly string[] => [metadata.namespace ?? ''];

/** The uid of the controller that owns an object; those of a namespace that have none are its orphans. */
export const byOwner = (o: KubeObject): readonly string[] => [controllerOf(o)?.uid ?? orphansIn(o)];
export const orphansIn = ({ metadata }: KubeObject): string => `orphans/${metadata.namespace}`;

export const byNode = ({ spec }: Pod): readonly string[] => [spec?.nodeName ?? ''];
