// ServiceAccount tokens: signed JSON Web Tokens, bound to a pod. Models pkg/serviceaccount/{jwt,claims}.go.
import {
  decodeBase64,
  decodeBase64Url,
  encodeBase64Url,
  encodeBase64UrlBytes,
  fromUtf8,
  utf8,
} from '../../model/base64.ts';
import type { Secret, ServiceAccount } from '../../model/generated/core.v1.ts';
import { isRecord } from '../../model/object.ts';
import type { Store } from '../store/index.ts';
import { serviceAccountUser } from './authn.ts';
import type { User } from './context.ts';

/** A private key that signs, and its public half. ES256: ECDSA on P-256 with SHA-256, as r ‖ s. */
export interface TokenSigner {
  readonly keyId: string;
  sign(message: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array): boolean;
}

export interface BoundObject {
  readonly kind: 'Pod' | 'Secret' | 'Node';
  readonly name: string;
  readonly uid: string;
}

export interface TokenWish {
  readonly namespace: string;
  readonly account: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly bound?: BoundObject | undefined;
  /** The node of the pod that the token is bound to. */
  readonly node?: { readonly name: string; readonly uid: string } | undefined;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly warnAfter?: number | undefined;
  readonly id: string;
}

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const ACCOUNT = 'system:serviceaccount:';

interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly sub: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
    readonly secret?: { readonly name: string; readonly uid: string };
    readonly node?: { readonly name: string; readonly uid: string };
  };
}

type LegacyClaims = { readonly [claim: string]: string };

function claimsOf(w: TokenWish): object {
  const bound = w.bound === undefined ? {} : { [w.bound.kind.toLowerCase()]: { name: w.bound.name, uid: w.bound.uid } };
  return {
    aud: w.audiences,
    exp: w.expiresAt,
    iat: w.issuedAt,
    iss: ISSUER,
    jti: w.id,
    'kubernetes.io': {
      namespace: w.namespace,
      ...(w.node ? { node: w.node } : {}),
      ...bound,
      serviceaccount: w.account,
      ...(w.warnAfter ? { warnafter: w.warnAfter } : {}),
    },
    nbf: w.issuedAt,
    sub: `${ACCOUNT}${w.namespace}:${w.account.name}`,
  };
}

/** A token without an end, kept in a Secret. Models legacyClaims in pkg/serviceaccount/legacy.go. */
export interface LegacyToken {
  readonly namespace: string;
  readonly account: { readonly name: string; readonly uid: string };
  readonly secret: string;
}

const LEGACY_ISSUER = 'kubernetes/serviceaccount';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const LEGACY_CLAIM = 'kubernetes.io/serviceaccount/';

export class ServiceAccountTokens {
  private readonly signer: TokenSigner;
  private readonly store: Store;
  /** Seconds since 1970. */
  private readonly now: () => number;
  private readonly usedLegacy: (secret: Secret) => void;
  private readonly trusted = new Map<string, Claims>();

  /** `usedLegacy`: told of the Secret whose token was found good. */
  constructor(signer: TokenSigner, store: Store, now: () => number, usedLegacy: (secret: Secret) => void = () => {}) {
    this.signer = signer;
    this.store = store;
    this.now = now;
    this.usedLegacy = usedLegacy;
  }

  sign(wish: TokenWish): string {
    return this.encode(claimsOf(wish));
  }

  signLegacy({ namespace, account, secret }: LegacyToken): string {
    return this.encode({
      iss: LEGACY_ISSUER,
      [`${LEGACY_CLAIM}namespace`]: namespace,
      [`${LEGACY_CLAIM}secret.name`]: secret,
      [`${LEGACY_CLAIM}service-account.name`]: account.name,
      [`${LEGACY_CLAIM}service-account.uid`]: account.uid,
      sub: `${ACCOUNT}${namespace}:${account.name}`,
    });
  }

  private encode(claims: object): string {
    const header = encodeBase64Url(JSON.stringify({ alg: 'ES256', kid: this.signer.keyId }));
    const payload = encodeBase64Url(JSON.stringify(claims));
    const message = `${header}.${payload}`;
    return `${message}.${encodeBase64UrlBytes(this.signer.sign(utf8(message)))}`;
  }

  /** Whose token this is; undefined when it is forged, expired, or what it is bound to has gone. */
  verify(token: string): { user: User; audiences: readonly string[] } | undefined {
    const claims = this.trusted.get(token) ?? this.read(token);
    if (claims?.iss === LEGACY_ISSUER) return this.verifyLegacy(token, claims as unknown as LegacyClaims);
    if (claims === undefined || claims.exp <= this.now()) return undefined;
    const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
    const account = this.store.get(`/registry/serviceaccounts/${namespace}/${serviceaccount.name}`)?.value;
    if ((account as ServiceAccount | undefined)?.metadata?.uid !== serviceaccount.uid) return undefined;
    if (pod && this.store.get(`/registry/pods/${namespace}/${pod.name}`)?.value.metadata.uid !== pod.uid)
      return undefined;
    if (secret && this.store.get(`/registry/secrets/${namespace}/${secret.name}`)?.value.metadata.uid !== secret.uid)
      return undefined;
    const prefix = 'authentication.kubernetes.io';
    const extra = {
      [`${prefix}/credential-id`]: [`JTI=${claims.jti}`],
      ...(node ? { [`${prefix}/node-name`]: [node.name], [`${prefix}/node-uid`]: [node.uid] } : {}),
      ...(pod ? { [`${prefix}/pod-name`]: [pod.name], [`${prefix}/pod-uid`]: [pod.uid] } : {}),
    };
    const user = serviceAccountUser(namespace, serviceaccount.name, { uid: serviceaccount.uid, extra });
    return { user, audiences: claims.aud };
  }

  /** It is good for as long as it stands in its Secret. */
  private verifyLegacy(token: string, claims: LegacyClaims): { user: User; audiences: readonly string[] } | undefined {
    const read = (key: string): string => claims[LEGACY_CLAIM + key] ?? '';
    const [namespace, name, uid] = [read('namespace'), read('service-account.name'), read('service-account.uid')];
    const secret = this.store.get(`/registry/secrets/${namespace}/${read('secret.name')}`)?.value as Secret | undefined;
    const account = this.store.get(`/registry/serviceaccounts/${namespace}/${name}`)?.value;
    const held = decodeBase64(secret?.data?.token ?? '');
    if (!secret || secret.metadata.deletionTimestamp !== undefined || held === undefined || fromUtf8(held) !== token)
      return undefined;
    if (account === undefined || account.metadata.uid !== uid) return undefined;
    this.usedLegacy(secret);
    // legacy-service-account-token-cleaner says so of what nobody has used for a year; a person may, too.
    if (secret.metadata.labels?.[INVALID_SINCE]) return undefined;
    return { user: serviceAccountUser(namespace, name, { uid }), audiences: [ISSUER] };
  }

  private read(token: string): Claims | undefined {
    const [header, payload, signature, more] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined || more !== undefined)
      return undefined;
    const bytes = decodeBase64(signature);
    const text = decodeBase64Url(payload);
    if (bytes === undefined || text === undefined || bytes.length !== 64) return undefined;
    if (!this.signer.verify(bytes, utf8(`${header}.${payload}`))) return undefined;
    const claims: unknown = JSON.parse(text);
    if (!isRecord(claims) || (claims.iss !== ISSUER && claims.iss !== LEGACY_ISSUER)) return undefined;
    if (this.trusted.size > 1000) this.trusted.clear();
    this.trusted.set(token, claims as unknown as Claims);
    return claims as unknown as Claims;
  }
}
