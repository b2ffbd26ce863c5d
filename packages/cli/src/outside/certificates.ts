import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { FusionError } from '@fusion-kit/domain/errors';
import { makeDirectory } from '@fusion-kit/journals/sync-path';
import type { Environment } from '../terminal.ts';
import { writeWhole } from '../write-whole.ts';

/** Where people name the certificates of their company: one adds to those that are known, the other stands in their place. */
const NAMED_BY = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'] as const;
/** Where programs look for the file of all certificates they trust. */
const READ_BY = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
  'GIT_SSL_CAINFO',
  'CARGO_HTTP_CAINFO',
  'AWS_CA_BUNDLE',
  'DENO_CERT',
  'NIX_SSL_CERT_FILE',
] as const;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

export interface Certificates {
  /** In PEM. */
  all: readonly string[];
  file: string;
  /** What tells programs of the file. */
  env: Record<string, string>;
}

/**
 * All certificates to trust, in one file for every program in a cage: Node's, the system's, and those that the environment names. Undefined where it names none:
 * programs then know their own.
 * @throws {FusionError} `file_unreadable`
 */
export async function certificates(env: Environment, dataDir: string): Promise<Certificates | undefined> {
  const named = NAMED_BY.flatMap((variable) => (env[variable] ? [{ variable, path: env[variable] }] : []));
  if (named.length === 0) return undefined;
  const own = await Promise.all(named.map(certificatesIn));
  const all = [...new Set([...getCACertificates('bundled'), ...getCACertificates('system'), ...own.flat()])];
  const directory = join(dataDir, 'certificates');
  const file = join(directory, 'all.pem');
  await makeDirectory(directory);
  await writeWhole(file, `${all.map((certificate) => certificate.trim()).join('\n')}\n`);
  return { all, file, env: Object.fromEntries(READ_BY.map((variable) => [variable, file])) };
}

async function certificatesIn({ variable, path }: { variable: string; path: string }): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FusionError('file_unreadable', `${path}, which ${variable} names, cannot be read`, { cause });
  });
  return text.match(CERTIFICATE) ?? [];
}
