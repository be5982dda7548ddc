// What plugins hand from one extension point to the next within one attempt for one pod. Models framework.CycleState.

/** Where a plugin keeps its state; made once per plugin, carries the type of what is kept. */
export interface StateKey<T> {
  readonly slot: number;
  /** Copies what is kept, for trying out other pods on a node. Absent: the value is never changed after it was written. */
  readonly clone?: (value: T) => T;
}

const cloners: (((value: unknown) => unknown) | undefined)[] = [];

export function stateKey<T>(clone?: (value: T) => T): StateKey<T> {
  cloners.push(clone as ((value: unknown) => unknown) | undefined);
  return { slot: cloners.length - 1, ...(clone ? { clone } : {}) };
}

export class CycleState {
  private readonly slots: unknown[] = [];

  read<T>(key: StateKey<T>): T | undefined {
    return this.slots[key.slot] as T | undefined;
  }

  write<T>(key: StateKey<T>, value: T): void {
    this.slots[key.slot] = value;
  }

  clone(): CycleState {
    const copy = new CycleState();
    this.slots.forEach((value, i) => {
      const clone = cloners[i];
      copy.slots[i] = value !== undefined && clone ? clone(value) : value;
    });
    return copy;
  }
}
