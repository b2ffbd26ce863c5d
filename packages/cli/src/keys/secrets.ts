import { dirname, join } from 'node:path';
import type { FoundKey } from '@fusion-kit/upstreams/key-source';
import type { Environment } from '../terminal.ts';
import { KeyChain } from './key-chain.ts';
import { keyFileOf, readKeyFile, writeKeyFile } from './key-file.ts';
import { type Keyring, systemKeyring } from './keyring.ts';

const VARIABLE = 'FUSION_SECRET_';
const IN_KEYRING = 'keyring';

/** Where the values of secrets come from, by their names: the environment of the server, else the keyring, else a file. What is set while a server runs is found with the next task. */
export class Secrets {
  readonly #env: Environment;
  readonly #keyring: Keyring;
  readonly #chain: KeyChain;
  readonly #file: string;
  /** The names of those in the keyring, which does not tell what it holds. */
  readonly #namesFile: string;

  constructor({ env, dataDir }: { env: Environment; dataDir: string }) {
    const directory = dirname(keyFileOf(dataDir));
    this.#env = env;
    this.#keyring = apart(systemKeyring(env));
    this.#file = join(directory, 'secrets.json');
    this.#namesFile = join(directory, 'secrets-in-keyring.json');
    this.#chain = new KeyChain({ env, keyring: this.#keyring, file: this.#file });
  }

  /** @throws {FusionError} `keys_unsafe` */
  find(name: string): Promise<FoundKey> {
    return this.#chain.source(name, [VARIABLE + name]).find();
  }

  /** Gives where it is kept. @throws {FusionError} `keys_unsafe` */
  async set(name: string, value: string, { inFile }: { inFile: boolean }): Promise<string> {
    const inKeyring = !inFile && (await this.#keyring.set(name, value));
    if (inKeyring) {
      await writeKeyFile(this.#namesFile, name, IN_KEYRING);
      if (name in (await readKeyFile(this.#file))) await writeKeyFile(this.#file, name, undefined);
      return IN_KEYRING;
    }
    // One in the keyring would go before it.
    await this.#keyring.remove(name);
    await this.#forget(name);
    await writeKeyFile(this.#file, name, value);
    return `file ${this.#file}`;
  }

  /** Gives where it was kept. The environment is not ours to change. @throws {FusionError} `keys_unsafe` */
  async remove(name: string): Promise<string[]> {
    const fromKeyring = await this.#keyring.remove(name);
    await this.#forget(name);
    const fromFile = name in (await readKeyFile(this.#file));
    if (fromFile) await writeKeyFile(this.#file, name, undefined);
    return [...(fromKeyring ? [IN_KEYRING] : []), ...(fromFile ? [`file ${this.#file}`] : [])];
  }

  /** Each with where its value comes from, never the value. @throws {FusionError} `keys_unsafe` */
  async list(): Promise<{ name: string; origin: string }[]> {
    const inEnvironment = Object.keys(this.#env).flatMap((name) =>
      name.startsWith(VARIABLE) ? [name.slice(VARIABLE.length)] : [],
    );
    const kept = [await readKeyFile(this.#namesFile), await readKeyFile(this.#file)].flatMap((names) =>
      Object.keys(names),
    );
    const names = [...new Set([...inEnvironment, ...kept])].toSorted();
    const found = await Promise.all(names.map(async (name) => ({ name, ...(await this.find(name)) })));
    return found.flatMap(({ name, key, origin }) => (key === undefined ? [] : [{ name, origin }]));
  }

  async #forget(name: string): Promise<void> {
    if (name in (await readKeyFile(this.#namesFile))) await writeKeyFile(this.#namesFile, name, undefined);
  }
}

/** The keyring under names that no provider has. */
const apart = (keyring: Keyring): Keyring => ({
  get: (name) => keyring.get(`secret:${name}`),
  set: (name, value) => keyring.set(`secret:${name}`, value),
  remove: (name) => keyring.remove(`secret:${name}`),
});
