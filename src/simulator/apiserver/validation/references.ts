// Names that stand in URLs or in domains: references to other objects, domain-prefixed paths, fully qualified names.
import type { Errors, Path } from './field.ts';
import { isDns1123Label, isDns1123Subdomain, nameIsPathSegment, regexError } from './names.ts';

export function pathSegment(errs: Errors, path: Path, value: string): void {
  errs.each(path, value, nameIsPathSegment(value, false));
}

/** A path segment that must be there. */
export function requiredSegment(errs: Errors, path: Path, value: string | undefined, detail = ''): void {
  if (!value) errs.required(path, detail);
  else pathSegment(errs, path, value);
}

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const httpPathTest = new RegExp(`^${HTTP_PATH}$`);

/** `example.com/controller`. */
export function domainPrefixedPath(errs: Errors, path: Path, value: string): void {
  const slash = value.indexOf('/');
  const host = value.slice(0, Math.max(0, slash));
  const rest = value.slice(slash + 1);
  if (value === '') errs.required(path);
  else if (slash <= 0 || rest === '') {
    errs.invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
  } else {
    errs.each(path, host, isDns1123Subdomain(host));
    if (!httpPathTest.test(rest)) errs.invalid(path, rest, regexError('Invalid path', HTTP_PATH));
  }
}

/** A domain of at least two labels; a dot at its end is fine. */
export function fullyQualifiedDomain(errs: Errors, path: Path, value: string): void {
  if (value === '') {
    errs.required(path);
    return;
  }
  const name = value.endsWith('.') ? value.slice(0, -1) : value;
  const problems = isDns1123Subdomain(name);
  const labels = name.split('.');
  if (problems.length > 0) errs.invalid(path, name, problems.join(','));
  else if (labels.length < 2) {
    errs.invalid(path, name, 'should be a domain with at least two segments separated by dots');
  } else {
    const bad = labels.find((label) => isDns1123Label(label).length > 0);
    if (bad !== undefined) errs.invalid(path, bad, isDns1123Label(bad).join(','));
  }
}

/** A name of at least three segments, such as that of a webhook. */
export function fullyQualifiedName(errs: Errors, path: Path, value: string): void {
  if (value === '') {
    errs.required(path);
    return;
  }
  const problems = isDns1123Subdomain(value);
  if (problems.length > 0) errs.invalid(path, value, problems.join(','));
  else if (value.split('.').length < 3) {
    errs.invalid(path, value, 'should be a domain with at least three segments separated by dots');
  }
}
