import type { Environment } from '../terminal.ts';

/** Longest wait for a keyring, which may ask the person to unlock it. */
const WAIT_MS = 5_000;
const SERVICE = 'fusion-kit';

/** The system's keyring, as far as it can be used here. Nothing rejects: what is absent, locked or refused has no key and takes none. */
export interface Keyring {
  get(id: string): Promise<string | undefined>;
  /** Whether it was kept there. */
  set(id: string, key: string): Promise<boolean>;
  /** Whether there was one, and it is gone. */
  remove(id: string): Promise<boolean>;
}

/** Off by `FUSION_KIT_KEYRING=off`. The package is an optional dependency, and headless machines have no keyring. */
export function systemKeyring(env: Environment): Keyring {
  const off = env['FUSION_KIT_KEYRING'] === 'off';
  const entry = async (id: string) => {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    // Not the kernel's: what it keeps is gone with the next start of the machine.
    return new AsyncEntry(SERVICE, id, { linux: { store: 'secret-service' } });
  };
  type Entry = Awaited<ReturnType<typeof entry>>;
  const attempt = async <T>(id: string, work: (entry: Entry, signal: AbortSignal) => Promise<T>, otherwise: T) => {
    if (off) return otherwise;
    try {
      return await work(await entry(id), AbortSignal.timeout(WAIT_MS));
    } catch {
      return otherwise;
    }
  };
  return {
    get: (id) => attempt(id, async (at, signal) => (await at.getPassword(signal)) ?? undefined, undefined),
    set: (id, key) =>
      attempt(
        id,
        async (at, signal) => {
          await at.setPassword(key, signal);
          // Only what can be read back was kept.
          return (await at.getPassword(signal)) === key;
        },
        false,
      ),
    remove: (id) => attempt(id, (at, signal) => at.deleteCredential(signal), false),
  };
}
