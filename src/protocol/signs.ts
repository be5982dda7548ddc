// For webviews, which know the knowledge data only through this folder.
export { COMPONENT_SIGNS } from '../knowledge/signs.ts';
