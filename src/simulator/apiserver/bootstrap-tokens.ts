// Tokens with which a new node introduces itself. Models plugin/pkg/auth/authenticator/token/bootstrap.

import { decodeBase64, fromUtf8 } from '../../model/base64.ts';
import type { Secret } from '../../model/generated/core.v1.ts';
import { parseTime } from '../../model/time.ts';
import type { Store } from '../store/index.ts';
import type { TokenVerifier } from './authn.ts';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const TYPE = 'bootstrap.kubernetes.io/token';

/** @param wallMs milliseconds since 1970. */
export function bootstrapTokens(store: Store, wallMs: () => number): TokenVerifier {
  return (token) => {
    const m = TOKEN.exec(token);
    if (m === null) return undefined;
    const [, id = '', secret = ''] = m;
    const stored = store.get(`/registry/secrets/kube-system/bootstrap-token-${id}`)?.value as Secret | undefined;
    if (stored?.type !== TYPE || stored.metadata?.deletionTimestamp !== undefined) return undefined;
    const read = (key: string): string => {
      const bytes = decodeBase64(stored.data?.[key] ?? '');
      return (bytes && fromUtf8(bytes)) ?? '';
    };
    if (read('token-secret') !== secret || read('token-id') !== id) return undefined;
    if (read('usage-bootstrap-authentication') !== 'true') return undefined;
    const expires = read('expiration');
    if (expires !== '' && (parseTime(expires) ?? 0) <= wallMs()) return undefined;
    const extra = read('auth-extra-groups')
      .split(',')
      .filter((g) => g !== '');
    return { user: { name: `system:bootstrap:${id}`, groups: ['system:bootstrappers', ...extra] } };
  };
}
