/** Holds a definition until its custom resources are gone. Source: apiextensions-apiserver/pkg/apis/apiextensions/types.go. */
export const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
/** Where etcd keeps definitions. */
export const DEFINITIONS = '/registry/apiextensions.k8s.io/customresourcedefinitions/';
