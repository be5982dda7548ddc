// Why each node was refused. Nodes that nobody looked at share one status. Models framework.NodeToStatus.
import type { NodeInfo } from './node-info.ts';
import { type Code, type Status, unresolvable } from './status.ts';

export class NodeStatuses {
  private readonly byNode = new Map<string, Status>();
  /** Of the nodes that have none of their own. */
  absent: Status = unresolvable('');

  set(node: string, status: Status): void {
    this.byNode.set(node, status);
  }

  get(node: string): Status {
    return this.byNode.get(node) ?? this.absent;
  }

  /** Whether somebody looked at the node, and refused it. */
  has(node: string): boolean {
    return this.byNode.has(node);
  }

  get size(): number {
    return this.byNode.size;
  }

  entries(): IterableIterator<[string, Status]> {
    return this.byNode.entries();
  }

  /** Those of `nodes` whose status has this code. */
  withCode(nodes: readonly NodeInfo[], code: Code): NodeInfo[] {
    return nodes.filter((n) => this.get(n.name).code === code);
  }
}
