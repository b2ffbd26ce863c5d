import { setGlobalProxyFromEnv } from 'node:http';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { corporateProxy, PROXY_VARIABLES } from '@fusion-kit/runner/outside/corporate-proxy';
import { systemInternet } from '@fusion-kit/runner/outside/internet';
import type { Outside } from '@fusion-kit/runner/outside/outside';
import type { Secrets } from '../keys/secrets.ts';
import type { Environment } from '../terminal.ts';
import { certificates } from './certificates.ts';

/** Asked for directly whatever NO_PROXY says: services of this machine. */
const HERE = 'localhost,127.0.0.1,::1';

export interface OutsideOptions extends Pick<Outside, 'hostsOf' | 'hiddenOf' | 'redactors'> {
  dataDir: string;
  env: Environment;
  secrets: Secrets;
}

/**
 * How this process and the cages it makes reach what lies outside: by the proxy and with the certificates of the user's company, where the environment names them.
 * Both hold for every request of this process until `close`.
 * @throws {FusionError} `file_unreadable`, `usage`
 */
export async function openOutside(options: OutsideOptions): Promise<{ outside: Outside; readonly close: () => void }> {
  const { dataDir, env, secrets, hostsOf, hiddenOf, redactors } = options;
  const proxyFor = corporateProxy(env);
  const uncaged = Object.fromEntries(PROXY_VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const trusted = await certificates(env, dataDir);
  const outside: Outside = {
    directory: join(dataDir, 'bridge'),
    internet: systemInternet,
    proxyFor,
    hostsOf,
    ...(hiddenOf && { hiddenOf }),
    secret: async (name) => (await secrets.find(name)).key,
    redactors,
    everywhere: { env: trusted?.env ?? {}, readable: trusted ? [trusted.file] : [] },
    uncaged,
  };
  const trustedBefore = getCACertificates('default');
  if (trusted) setDefaultCACertificates([...trusted.all]);
  const direct = [env['no_proxy'] || env['NO_PROXY'], HERE].filter(Boolean).join(',');
  const backToBefore =
    Object.keys(uncaged).length > 0
      ? setGlobalProxyFromEnv({ ...uncaged, no_proxy: direct, NO_PROXY: direct })
      : () => {};
  return {
    outside,
    close() {
      backToBefore();
      if (trusted) setDefaultCACertificates(trustedBefore);
    },
  };
}
