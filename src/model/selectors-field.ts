// Field selectors, such as `metadata.name=web,status.phase!=Running`. Models k8s.io/apimachinery/pkg/fields.
import { SelectorError } from './selectors.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A field selector from its text (`metadata.name=web,status.phase!=Running`); throws SelectorError. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const m = /^((?:[^\\=!]|\\.)*?)(!=|==|=)((?:[^\\=]|\\.)*)$/.exec(term);
      if (!m) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
      return {
        field: m[1] ?? '',
        operator: m[2] === '!=' ? '!=' : '=',
        value: (m[3] ?? '').replace(/\\([\\,=])/g, '$1'),
      };
    });
}

/** Terms are parted by commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  const out: string[] = [];
  let term = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') {
      term += text.slice(i, i + 2);
      i++;
    } else if (c === ',') {
      out.push(term);
      term = '';
    } else term += c;
  }
  return [...out, term];
}

/** `fieldValue` gives the object's value of a field, "" where it has none. */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  fieldValue: (field: string) => string,
): boolean {
  return requirements.every((r) => (fieldValue(r.field) === r.value) === (r.operator === '='));
}
