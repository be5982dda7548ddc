// Models k8s.io/apiserver/pkg/util/webhook: where a webhook may be reached.
import type { Errors, Path } from './field.ts';
import { isDns1123Subdomain, isPortNumber } from './names.ts';

const FORM = '; desired format: https://host[/path]';
const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** As Go's url.Parse sees it: a scheme and a host need not be there. */
export function validateWebhookUrl(errs: Errors, path: Path, url: string): void {
  const problem = parseProblem(url);
  if (problem) {
    errs.required(path, `url must be a valid URL: parse ${JSON.stringify(url)}: ${problem}${FORM}`);
    return;
  }
  const [, scheme = '', authority = '', , query = '', fragment = ''] = URL_PARTS.exec(url) ?? [];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (scheme.toLowerCase() !== 'https') {
    errs.invalid(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`);
  }
  if (host === '') errs.invalid(path, host, `host must be specified${FORM}`);
  if (at >= 0) errs.invalid(path, authority.slice(0, at), 'user information is not permitted in the URL');
  if (fragment !== '') errs.invalid(path, fragment, 'fragments are not permitted in the URL');
  if (query !== '') errs.invalid(path, query, 'query parameters are not permitted in the URL');
}

function parseProblem(url: string): string | undefined {
  if (/\p{Cc}/u.test(url)) return 'net/url: invalid control character in URL';
  if (url.startsWith(':')) return 'missing protocol scheme';
  const escaped = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(url)?.[0];
  if (escaped !== undefined) return `invalid URL escape ${JSON.stringify(escaped)}`;
  const [, , authority = ''] = URL_PARTS.exec(url) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const strange = /[ <>"\\^`{|}]/.exec(host)?.[0];
  if (strange !== undefined) return `invalid character ${JSON.stringify(strange)} in host name`;
  const colon = host.lastIndexOf(':');
  const port = host.endsWith(']') || colon < 0 ? '' : host.slice(colon);
  if (!/^(:\d*)?$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`;
  const first = /^[^/?#]*/.exec(url)?.[0] ?? '';
  if (first.includes(':') && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(first)) {
    return 'first path segment in URL cannot contain colon';
  }
  return undefined;
}

export interface WebhookService {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly path?: string | undefined;
  readonly port?: number | undefined;
}

export function validateWebhookService(errs: Errors, path: Path, service: WebhookService): void {
  const { name, namespace, path: route, port = 443 } = service;
  if (!name) errs.required(path.child('name'), 'service name is required');
  if (!namespace) errs.required(path.child('namespace'), 'service namespace is required');
  const problems = isPortNumber(port);
  if (problems.length > 0) errs.invalid(path.child('port'), port, `port is not valid: ${problems.join(',')}`);
  if (route) validateRoute(errs, path.child('path'), route);
}

function validateRoute(errs: Errors, path: Path, route: string): void {
  if (route === '/') return;
  if (route === '//') {
    errs.invalid(path, route, 'segment[0] may not be empty');
    return;
  }
  if (!route.startsWith('/')) errs.invalid(path, route, "must start with a '/'");
  const steps = route.slice(1).replace(/\/$/, '').split('/');
  for (const [i, step] of steps.entries()) {
    if (step === '') errs.invalid(path, route, `segment[${i}] may not be empty`);
    else for (const problem of isDns1123Subdomain(step)) errs.invalid(path, route, `segment[${i}]: ${problem}`);
  }
}

export interface ClientConfig {
  readonly url?: string | undefined;
  readonly service?: WebhookService | undefined;
}

/** A URL or a Service, not both. */
export function validateClientConfig(errs: Errors, path: Path, config: ClientConfig): void {
  const { url, service } = config;
  if ((url === undefined) === (service === undefined)) {
    errs.required(path, 'exactly one of url or service is required');
  } else if (url !== undefined) validateWebhookUrl(errs, path.child('url'), url);
  else if (service) validateWebhookService(errs, path.child('service'), service);
}
