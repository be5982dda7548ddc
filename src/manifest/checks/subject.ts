// An object under examination: its values, where they stand, and the list to which problems are added.
import type { Node } from 'yaml';
import { isRecord } from '../../model/object.ts';
import type { DiagnosticFamily, Severity } from '../diagnostic.ts';
import type { Finding } from '../finding.ts';
import type { PlainObject, PlainReader } from '../plain.ts';

export interface Problem {
  readonly family: DiagnosticFamily;
  readonly severity: Severity;
  readonly message: string;
  /** Id of the component that would complain. */
  readonly component: string;
  readonly words?: string;
  readonly replacement?: { readonly title: string; readonly text: string; readonly of?: Node | undefined };
}

export class Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly value: PlainObject;
  readonly reader: PlainReader;
  readonly findings: Finding[] = [];

  constructor(reader: PlainReader, value: PlainObject, apiVersion: string, kind: string) {
    this.reader = reader;
    this.value = value;
    this.apiVersion = apiVersion;
    this.kind = kind;
  }

  /** Marks the value of a key, or the item of a list. */
  atValue(holder: object, key: string | number, problem: Problem): void {
    this.add(this.reader.valueNode(holder, key) ?? this.reader.node(holder), problem);
  }

  atKey(holder: object, key: string, problem: Problem): void {
    this.add(this.reader.keyNode(holder, key) ?? this.reader.node(holder), problem);
  }

  private add(node: Node | undefined, { replacement, ...rest }: Problem): void {
    const [from, to] = node?.range ?? [0, 0];
    const at = replacement?.of?.range;
    this.findings.push({
      ...rest,
      from,
      to,
      ...(replacement && {
        replacement: {
          title: replacement.title,
          text: replacement.text,
          ...(at && { from: at[0], to: at[1] }),
        },
      }),
    });
  }
}

/** A list's items that are objects, with their index; what is no list has none. */
export function itemsOf(value: unknown): [number, PlainObject][] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index): [number, PlainObject][] => (isRecord(item) ? [[index, item]] : []));
}

export function recordOf(value: unknown): PlainObject | undefined {
  return isRecord(value) ? value : undefined;
}

/** Two of what may be there once, in the words of kube-apiserver. */
export function duplicates(
  subject: Subject,
  items: readonly [number, PlainObject][],
  path: string,
  field: string,
  what: string,
): void {
  const seen = new Set<unknown>();
  for (const [index, item] of items) {
    const value = item[field];
    if (typeof value !== 'string' || value === '') continue;
    if (seen.has(value)) {
      subject.atValue(item, field, {
        family: 'duplicate',
        severity: 'error',
        message: `There is another ${what} \`${value}\` above.`,
        component: 'kube-apiserver',
        words: `${path}[${index}].${field}: Duplicate value: ${JSON.stringify(value)}`,
      });
    }
    seen.add(value);
  }
}
