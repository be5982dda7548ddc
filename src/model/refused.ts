/** A refusal with its reason and what to do about it, for a person to read; as opposed to a bug. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly remedy: string | undefined;
  constructor(message: string, remedy?: string) {
    super(message);
    this.remedy = remedy;
  }
}
