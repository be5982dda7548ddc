// What a probe finds on a container's port. Programs of images are not run: a server whose image is known listens where that
// image does, any other where its container declares it; a shell or `sleep` listens nowhere.
import type { Container, Pod } from '../../model/generated/core.v1.ts';
import { KNOWN_PROGRAMS } from '../containers/container.ts';
import { shortImageName } from './imagename.ts';

const SERVERS: { readonly [image: string]: readonly number[] } = {
  nginx: [80],
  httpd: [80],
  caddy: [80, 443],
  redis: [6379],
  postgres: [5432],
  mysql: [3306],
  mariadb: [3306],
  mongo: [27017],
  rabbitmq: [5672],
  memcached: [11211],
  registry: [5000],
  tomcat: [8080],
};

const imageName = (c: Container): string => shortImageName(c.image ?? '');

/** A port by its number or by the name that the container gives it; 0: there is none of that name. */
export function numberOf(c: Container, port: number | string | undefined): number {
  if (typeof port === 'number') return port;
  return c.ports?.find((p) => p.name === port)?.containerPort ?? (Number(port) || 0);
}

export function isListening(pod: Pod, c: Container, port: number): boolean {
  return [c, ...(pod.spec?.containers ?? [])].some((o) => serves(o, port));
}

function serves(c: Container, port: number): boolean {
  const [first = ''] = c.command ?? [];
  if (KNOWN_PROGRAMS.has(first.slice(first.lastIndexOf('/') + 1))) return false;
  const declared = c.ports?.some((p) => p.containerPort === port && (p.protocol ?? 'TCP') === 'TCP');
  return declared === true || SERVERS[imageName(c)]?.includes(port) === true;
}

/** nginx as it comes has one page; of any other server it is not known what it has. */
export function httpStatus(c: Container, path: string): number {
  const plain = imageName(c) === 'nginx' && (c.volumeMounts ?? []).every((m) => !/nginx/.test(m.mountPath));
  return plain && !['/', '/index.html'].includes(path.split('?')[0] ?? '') ? 404 : 200;
}
