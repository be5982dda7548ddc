/** FNV-1a, 32 bits, of bytes or of a text's UTF-16 units; `from` goes on with an earlier answer. */
export function fnv1a32(of: string | Iterable<number>, from = 0x811c9dc5): number {
  let hash = from;
  if (typeof of === 'string') for (let i = 0; i < of.length; i++) hash = Math.imul(hash ^ of.charCodeAt(i), 0x01000193);
  else for (const byte of of) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
