/** What a reader of a text met. */
export interface ReadProblem {
  readonly message: string;
  /** Offsets in the piece. */
  readonly from: number;
  readonly to: number;
  /** What is missing, and where it has to be written. */
  readonly put?: { readonly at: number; readonly text: string };
}
