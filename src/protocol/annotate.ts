// Messages between the extension host and the annotated manifest: one union per direction. The host owns the text and what is
// known of it; the panel owns which reading is shown and what is filtered. Requests carry a number; the host answers each
// with `done` or `error` of the same number.
import type { ColourRole } from '../knowledge/components.ts';

/** Raised when a panel restored from an older version could not understand the host. */
export const ANNOTATE_PROTOCOL = 1;

export interface AnnotateAct {
  /** Component id. */
  readonly component: string;
  readonly stage: string;
  readonly step?: string;
  /** A clause that follows the component's name; may hold `code`. */
  readonly does: string;
  /** It writes the field; `does` says when. */
  readonly writes?: true;
}

export interface AnnotateField {
  /** UTF-16 column of the key in the editor. */
  readonly column: number;
  /** `spec.replicas`. */
  readonly path: string;
  /** The object it belongs to: `Deployment web`. */
  readonly of: string;
  /** In the order of acting. */
  readonly acts: readonly AnnotateAct[];
  /** Index in `acts` of the one that says most; -1 where there is none. */
  readonly main: number;
  /** What the field is, where no component acts on it. */
  readonly is?: string;
  /** What surprises in how Kubernetes reads the value. */
  readonly warning?: string;
}

/** One line of the manifest. */
export interface AnnotateRow {
  readonly text: string;
  /** Fields whose keys stand on the line. */
  readonly fields: readonly AnnotateField[];
  /** The line goes on with the value of the field that these components act on. */
  readonly continues?: { readonly colour: ColourRole | 'none'; readonly components: readonly string[] };
}

export interface AnnotateComponent {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly colour: ColourRole;
}

export interface AnnotateStage {
  readonly id: string;
  readonly title: string;
  readonly when: string;
}

/** What is said of the text as a whole. */
export interface AnnotateSummary {
  /** In the order of acting; their numbers are their places, from 1. */
  readonly stages: readonly AnnotateStage[];
  /** In the order in which they first act. */
  readonly components: readonly AnnotateComponent[];
  readonly objects: number;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

export interface RecordRow {
  readonly label: string;
  /** May hold `code`. */
  readonly text: string;
}

export type ToAnnotate =
  /** Answers `ready`; sent again, it replaces everything. */
  | {
      readonly type: 'init';
      readonly protocol: number;
      readonly uri: string;
      /** Of the file, without its folder. */
      readonly name: string;
      readonly rows: readonly AnnotateRow[];
      readonly summary: AnnotateSummary;
      readonly note: string;
      /** Line of the cursor in the editor. */
      readonly line?: number;
    }
  /** `removed` lines from `from` on give way to `rows`. `have` is how many the panel has before; with another number it asks with `resync`. */
  | {
      readonly type: 'splice';
      readonly have: number;
      readonly from: number;
      readonly removed: number;
      readonly rows: readonly AnnotateRow[];
      readonly summary: AnnotateSummary;
    }
  /** The editor's cursor is on this line. */
  | { readonly type: 'cursor'; readonly line: number }
  /** The editor was scrolled: this is its first line. */
  | { readonly type: 'scroll'; readonly line: number }
  | {
      readonly type: 'done';
      readonly request: number;
      readonly text?: string;
      /** Answers `record`. */
      readonly rows?: readonly RecordRow[];
    }
  /** Without `request`: something that concerns the whole panel. */
  | { readonly type: 'error'; readonly request?: number; readonly message: string; readonly advice: string };

export type FromAnnotate =
  /** `uri`: what a restored panel showed. */
  | { readonly type: 'ready'; readonly protocol: number; readonly uri?: string }
  | { readonly type: 'resync' }
  /** The reader chose a line: the editor's cursor goes there; with `focus`, the reader as well. */
  | { readonly type: 'select'; readonly line: number; readonly column: number; readonly focus: boolean }
  /** The reader scrolled: this is the first line seen. */
  | { readonly type: 'scrolled'; readonly line: number }
  /** All that is known of a field. */
  | { readonly type: 'record'; readonly request: number; readonly line: number; readonly column: number }
  /** Show in the flow panel how this component acts on the object at that place; applies the file where that has not been done. */
  | {
      readonly type: 'watch';
      readonly request: number;
      readonly line: number;
      readonly column: number;
      readonly component: string;
    }
  /** The whole as Markdown: to be shown, put on the clipboard, or, as a page, saved where the user says. */
  | { readonly type: 'transcript'; readonly request: number }
  | { readonly type: 'copy'; readonly request: number }
  | { readonly type: 'export'; readonly request: number }
  /** A fault of the panel itself, for the log. */
  | { readonly type: 'error'; readonly message: string; readonly stack?: string };
