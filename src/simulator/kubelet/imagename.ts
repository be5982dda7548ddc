// Names of images. Models github.com/distribution/reference (ParseNormalizedNamed) and pkg/util/parsers, v1.36.

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const DOMAIN = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAIL =
  /^(.*?)(?::([A-Za-z0-9_][\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$/s;

interface Split {
  readonly domain: string | undefined;
  /** With tag and digest. */
  readonly rest: string;
}

/** What stands before the first slash is a registry where it looks like one. */
function split(image: string): Split {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const named = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  return named ? { domain: first, rest: image.slice(slash + 1) } : { domain: undefined, rest: image };
}

/** With the tag that is meant where none is given; `error`: why no runtime takes the name. */
export function normalizedImage(image: string): string | { readonly error: string } {
  const wrong = (why: string) => ({ error: `couldn't parse image name ${JSON.stringify(image)}: ${why}` });
  const { domain, rest } = split(image);
  const [, path = '', tag, digest] = TAIL.exec(rest) ?? [];
  const repository = domain === undefined && !path.includes('/') ? `library/${path}` : path;
  if (path !== '' && repository !== repository.toLowerCase())
    return wrong(`invalid reference format: repository name (${repository}) must be lowercase`);
  if (!PATH.test(path) || (domain !== undefined && !DOMAIN.test(domain))) return wrong('invalid reference format');
  return tag === undefined && digest === undefined ? `${image}:latest` : image;
}

/** As containerd names what it runs: with its registry. */
export function fullImageName(image: string): string {
  const { domain } = split(image);
  const path = domain !== undefined ? image : `docker.io/${image.includes('/') ? '' : 'library/'}${image}`;
  const tagged = path.includes('@') || path.slice(path.lastIndexOf('/')).includes(':');
  return tagged ? path : `${path}:latest`;
}

/** Without registry, folder, tag and digest: `nginx`. */
export function shortImageName(image: string): string {
  const path = image.split('@')[0] ?? '';
  return path.slice(path.lastIndexOf('/') + 1).split(':')[0] ?? '';
}
