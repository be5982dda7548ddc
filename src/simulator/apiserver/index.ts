export type * from './api.ts';
export type { TokenVerifier } from './authn.ts';
export { type BootstrapOptions, bootstrap } from './bootstrap.ts';
export type { User } from './context.ts';
export { ApiServer, type ApiServerOptions, createApiServer } from './server.ts';
export type { Kubelets, LogRequest } from './subresources/connect.ts';
