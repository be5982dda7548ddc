// Text of manifests and clusters inside Markdown: it must stay text there, and never become a link, an image, or a heading.

/** Inline code that survives backticks and line breaks in the text. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** As plain words, in one line. */
export function literal(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>!~&#|]/g, '\\$&');
}

/** A step's sentence: what it has in backticks is code, and all else plain words. */
export function prose(text: string): string {
  const parts = text.split('`');
  if (parts.length % 2 === 0) return literal(text);
  return parts.map((part, k) => (k % 2 === 0 || part === '' ? literal(part) : code(part))).join('');
}
