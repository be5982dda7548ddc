// A list of listeners that knows nothing of `vscode`, so that what uses it can be tested anywhere.
export class Listeners<T> {
  private readonly all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): () => void {
    this.all.add(listener);
    return () => void this.all.delete(listener);
  }

  fire(value: T): void {
    for (const listener of [...this.all]) listener(value);
  }
}
