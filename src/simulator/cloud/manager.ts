// cloud-controller-manager: the loops that need a cloud. It runs as one replica, without leader election.
import type { Scope } from '../../kernel/process.ts';
import { ServiceController } from '../controllers/service/controller.ts';
import { ComponentContext, controllerIdentity, type Surroundings } from '../runtime/component.ts';
import type { SimulatedCloud } from './cloud.ts';

export const CLOUD_MANAGER = 'cloud-controller-manager';

export function startCloudManager(around: Surroundings, scope: Scope, node: string, cloud: SimulatedCloud): void {
  const identity = controllerIdentity('service-controller', node);
  const userAgent = identity.userAgent.replace('kube-controller-manager', CLOUD_MANAGER);
  new ServiceController(new ComponentContext(around, { ...identity, userAgent }, scope), cloud);
}
