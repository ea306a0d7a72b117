import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@millrace/launcher';
import type { KeyAndCertificate } from './gate-facts.ts';

/** A key and a certificate for 127.0.0.1 that signs itself, and the file that a caller has to trust. */
export interface Certificate extends KeyAndCertificate {
  readonly caFile: string;
}

/** Made anew by openssl, which Node cannot do without; rejects where there is none. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const [keyFile, caFile] = [join(folder, 'key.pem'), join(folder, 'ca.pem')];
  const what = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1';
  const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
  const args = ['req', ...what.split(' '), '-addext', names, '-keyout', keyFile, '-out', caFile];
  const { ok, lines } = await runCommand('openssl', args, { env: process.env });
  if (!ok) throw new Error(`no certificate could be made: openssl: ${lines.at(-1) ?? 'no output'}`);
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(caFile, 'utf8')]);
  return { key, cert, caFile };
}
