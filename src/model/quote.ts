// Strings as Go prints them with %q: the form that names and values have in the API server's messages.

/** What Go writes for the characters that have a short escape. */
export const ESCAPES: { readonly [char: string]: string } = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** As strconv.Quote: what cannot be printed is escaped, the rest stays as it is. */
export function quote(text: string): string {
  if (!/[^ !#-[\]-~]/.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) {
    const escaped = ESCAPES[char];
    if (escaped !== undefined) out += escaped;
    else if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char)) out += char;
    else out += escapeCode(char.codePointAt(0) ?? 0);
  }
  return `${out}"`;
}

function escapeCode(code: number): string {
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
