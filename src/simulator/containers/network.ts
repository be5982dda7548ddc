// What a container is told of its name and of its network. Models GeneratePodHostNameAndDomain and managedHostsFileContent in
// pkg/kubelet/kubelet_pods.go, and pkg/kubelet/network/dns, v1.36; resolv.conf is laid out as containerd does.
import type { Pod } from '../../model/generated/core.v1.ts';

const DOMAIN = 'cluster.local';
/** Source: kubeadm, the tenth address of the range of Services. */
const CLUSTER_DNS = '10.96.0.10';
/** The node's own. */
const NODE_DNS = '127.0.0.53';
/** Longer names are cut. Source: hostnameMaxLen. */
const MAX_HOSTNAME = 63;

interface Names {
  readonly short: string;
  /** Where the pod has a subdomain. */
  readonly full: string | undefined;
}

function namesOf(pod: Pod): Names {
  const { hostname, hostnameOverride, subdomain, hostNetwork, nodeName } = pod.spec ?? {};
  if (hostnameOverride !== undefined) return { short: hostnameOverride, full: undefined };
  const own = hostname || (pod.metadata?.name ?? '').slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
  const short = hostNetwork ? (nodeName ?? own) : own;
  const full = subdomain ? `${own}.${subdomain}.${pod.metadata?.namespace}.svc.${DOMAIN}` : undefined;
  return { short, full };
}

export function hostnameOf(pod: Pod): string {
  const { short, full } = namesOf(pod);
  return (pod.spec?.setHostnameAsFQDN ? full : undefined) ?? short;
}

const LOCAL = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

export function hostsFile(pod: Pod): string {
  const { short, full } = namesOf(pod);
  const ip = pod.status?.podIP ?? '127.0.0.1';
  const aliases = (pod.spec?.hostAliases ?? []).map((a) => [a.ip, ...(a.hostnames ?? [])].join('\t'));
  return [
    `# Kubernetes-managed hosts file${pod.spec?.hostNetwork ? ' (host network)' : ''}.`,
    ...LOCAL,
    ...(pod.spec?.hostNetwork ? [] : [[ip, ...(full === undefined ? [] : [full]), short].join('\t')]),
    ...(aliases.length > 0 ? ['', '# Entries added by HostAliases.', ...aliases] : []),
    '',
  ].join('\n');
}

export function resolvConf(pod: Pod): string {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = pod.spec ?? {};
  const inside = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const own = dnsPolicy === 'None';
  const searches = inside ? [`${pod.metadata?.namespace}.svc.${DOMAIN}`, `svc.${DOMAIN}`, DOMAIN] : [];
  const servers = inside ? [CLUSTER_DNS] : own ? [] : [NODE_DNS];
  const options = inside ? new Map([['ndots', '5']]) : new Map<string, string>();
  for (const { name = '', value = '' } of dnsConfig?.options ?? []) options.set(name, value);
  const search = [...new Set([...searches, ...(dnsConfig?.searches ?? [])])];
  const nameservers = [...new Set([...servers, ...(dnsConfig?.nameservers ?? [])])];
  return [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...nameservers.map((s) => `nameserver ${s}`),
    ...(options.size > 0 ? [`options ${[...options].map(([k, v]) => (v === '' ? k : `${k}:${v}`)).join(' ')}`] : []),
    '',
  ].join('\n');
}
