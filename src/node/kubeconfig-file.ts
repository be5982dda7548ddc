// Kubeconfigs for the simulated cluster: a client certificate, so a secret, so mode 0600.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Pki } from '../simulator/bootstrap/pki/pki.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

export function kubeconfigText(url: string, pki: Pki): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'simulator', cluster: { server: url, 'certificate-authority-data': base64(pki.ca.pem) } }],
    users: [
      {
        name: pki.admin.subject.commonName,
        user: { 'client-certificate-data': base64(pki.admin.pem), 'client-key-data': base64(pki.admin.keyPem) },
      },
    ],
    contexts: [{ name: 'simulator', context: { cluster: 'simulator', user: pki.admin.subject.commonName } }],
    'current-context': 'simulator',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Written beside and renamed, so that nobody reads half of it and no moment shows it with a wider mode. */
export function writeSecretFile(file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  const draft = `${file}.${randomUUID()}.tmp`;
  // Exclusive: a link or file that somebody else put there is not written through.
  fs.writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    fs.renameSync(draft, file);
  } catch (e) {
    fs.rmSync(draft, { force: true });
    throw e;
  }
}
