// The components that a step, a field record or a picture can name. The data is small and always needed, so it is imported.
import data from './components.json' with { type: 'json' };

/** Which part of the palette draws a component (UX: API server blue, etcd teal, controllers purple …). */
export type ColourRole = 'api' | 'etcd' | 'controller' | 'scheduler' | 'kubelet' | 'runtime' | 'network' | 'user';

export type ComponentGroup = 'outside' | 'control plane' | 'node' | 'add-on';

export interface Connection {
  /** Id of the component that is called. */
  readonly to: string;
  /** TCP port on the called side; absent for Unix sockets and executed binaries. */
  readonly port?: number;
  readonly why: string;
}

export interface Component {
  /** Stable; for a controller the name of its ServiceAccount (or, where it borrows one, of its control loop). */
  readonly id: string;
  readonly name: string;
  /** One sentence a learner can read. */
  readonly role: string;
  readonly group: ComponentGroup;
  readonly runs: string;
  /** Id of the component in whose process a control loop lives. */
  readonly process?: string;
  /** User name that the API server sees. */
  readonly identity?: string;
  /** Name under which its writes appear in managedFields. */
  readonly fieldManager?: string;
  /** TCP ports it listens on. */
  readonly listens?: readonly number[];
  readonly talksTo: readonly Connection[];
  /** Codicon id. */
  readonly icon: string;
  readonly colour: ColourRole;
  /** Path in kubernetes/kubernetes v1.36. */
  readonly source: string;
  /** Documentation page. */
  readonly docs: string;
}

/** The Kubernetes version that components, records and source paths are written for. */
export const KUBERNETES_VERSION: string = data.version;

export const components: readonly Component[] = data.components as readonly Component[];

const byId = new Map(components.map((component) => [component.id, component]));

/** The component with this id, or undefined when nothing is known of it. */
export function findComponent(id: string): Component | undefined {
  return byId.get(id);
}
