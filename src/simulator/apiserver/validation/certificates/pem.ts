// PEM as far as validation looks at it: which blocks there are, and that each holds something in DER.
import { decodeBase64, fromUtf8 } from '../../../../model/base64.ts';
import { quote } from '../../../../model/quote.ts';

interface Block {
  readonly type: string;
  readonly hasHeaders: boolean;
  readonly der: Uint8Array;
}

const BLOCK = /-----BEGIN ([^\n-]*)-----\s*\n((?:[^\n:]+:[^\n]*\n)*)\s*([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** @param field base64, as fields of bytes are in JSON. */
function blocksOf(field: string): readonly Block[] {
  const bytes = decodeBase64(field);
  const text = (bytes && fromUtf8(bytes)) ?? '';
  const blocks: Block[] = [];
  for (const [, type = '', headers = '', body = ''] of text.matchAll(BLOCK)) {
    const der = decodeBase64(body.replace(/\s/g, ''));
    if (der) blocks.push({ type, hasHeaders: headers !== '', der });
  }
  return blocks;
}

/** Both requests and certificates are sequences. */
function derProblem({ der }: Block): string | undefined {
  if (der.length === 0) return 'asn1: syntax error: sequence truncated';
  if (der[0] !== 0x30)
    return "asn1: structure error: tags don't match (16 vs {class:0 tag:0 length:0 isCompound:false})";
  return undefined;
}

export function requestProblem(field: string): string | undefined {
  const [first] = blocksOf(field);
  if (first?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  return derProblem(first);
}

export function certificateProblem(field: string): string | undefined {
  if (field === '') return undefined;
  const blocks = blocksOf(field);
  for (const block of blocks) {
    if (block.type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${quote(block.type)}`;
    if (block.hasHeaders) return 'no PEM block headers are permitted';
    if (block.der[0] !== 0x30) return 'x509: malformed certificate';
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}
