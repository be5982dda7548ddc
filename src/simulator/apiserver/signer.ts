// The key that signs ServiceAccount tokens (`sa.key`), made from the cluster's seed.
import { p256 } from '@noble/curves/nist.js';
import type { Random } from '../../kernel/random.ts';
import { encodeBase64UrlBytes } from '../../model/base64.ts';
import type { TokenSigner } from './tokens.ts';

export function makeSigner(random: Random): TokenSigner {
  let key: Uint8Array | undefined;
  let point: Uint8Array | undefined;
  const secret = (): Uint8Array => {
    while (key === undefined || !p256.utils.isValidSecretKey(key)) key = random.bytes(32);
    return key;
  };
  return {
    keyId: encodeBase64UrlBytes(random.bytes(32)),
    sign: (message) => p256.sign(message, secret()),
    verify: (signature, message) => {
      point ??= p256.getPublicKey(secret());
      return p256.verify(signature, message, point);
    },
  };
}
