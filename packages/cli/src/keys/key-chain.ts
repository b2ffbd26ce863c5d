import { stat } from 'node:fs/promises';
import type { FoundKey, KeySource } from '@fusion-kit/upstreams/key-source';
import type { Environment } from '../terminal.ts';
import { readKeyFile } from './key-file.ts';
import type { Keyring } from './keyring.ts';
import type { WorkedKeys } from './worked-keys.ts';

/** How long what a keyring said is taken for true: asking it for every call would be slow. */
const KEYRING_KEPT_MS = 10_000;

export interface KeyChainOptions {
  env: Environment;
  keyring: Keyring;
  /** Of `keyFileOf`. */
  file: string;
  worked?: WorkedKeys;
}

/** Where the keys of providers come from: the environment, else the keyring, else the file. What is set while a server runs is found at the next call. */
export class KeyChain {
  readonly #options: KeyChainOptions;
  readonly #fromKeyring = new Map<string, { key: string | undefined; untilMs: number }>();
  #fromFile: { stamp: string; keys: Readonly<Record<string, string>> } | undefined;

  constructor(options: KeyChainOptions) {
    this.#options = options;
  }

  /** @param variables of the environment, the first that is set counts; @param optional whether the provider may do without a key */
  source(id: string, variables: readonly string[], { optional = false } = {}): KeySource {
    const { env, file, worked } = this.#options;
    const nowhere = optional ? 'none needed' : variables[0] ? `environment ${variables[0]}` : `keyring or ${file}`;
    return {
      ...(worked && { worked: worked.of(id) }),
      find: async (): Promise<FoundKey> => {
        for (const variable of variables) {
          const key = env[variable];
          if (key) return { key, origin: `environment ${variable}` };
        }
        const fromKeyring = await this.#inKeyring(id);
        if (fromKeyring) return { key: fromKeyring, origin: 'keyring' };
        const fromFile = (await this.#inFile())[id];
        if (fromFile) return { key: fromFile, origin: `file ${file}` };
        return { key: undefined, origin: nowhere };
      },
    };
  }

  async #inKeyring(id: string): Promise<string | undefined> {
    const known = this.#fromKeyring.get(id);
    if (known && Date.now() < known.untilMs) return known.key;
    const key = await this.#options.keyring.get(id);
    this.#fromKeyring.set(id, { key, untilMs: Date.now() + KEYRING_KEPT_MS });
    return key;
  }

  /** Read again when it, or who may read it, has changed. @throws {FusionError} `keys_unsafe` */
  async #inFile(): Promise<Readonly<Record<string, string>>> {
    const { file } = this.#options;
    const found = await stat(file, { bigint: true }).catch(() => undefined);
    if (!found) return {};
    const stamp = `${found.ino} ${found.mtimeNs} ${found.ctimeNs} ${found.mode}`;
    if (this.#fromFile?.stamp !== stamp) this.#fromFile = { stamp, keys: await readKeyFile(file) };
    return this.#fromFile.keys;
  }
}
