import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { WorkedKey } from '@fusion-kit/upstreams/key-source';
import { makeDirectory } from '@fusion-kit/journals/sync-path';
import * as z from 'zod';
import { writeWhole } from '../write-whole.ts';

/** By provider, the print of the key that was answered to last; prints are made with `salt`, so that they tell nothing to who has no key to compare. */
const Prints = z.object({ salt: z.string(), last: z.record(z.string(), z.string()) });
type Prints = z.infer<typeof Prints>;

export const workedKeysOf = (dataDir: string): string => join(dataDir, 'keys', 'worked.json');

/**
 * Which keys were good once, across restarts: a key that ran out while no server was there parks the work, and does not fail it. The keys are not in the file.
 * Where it cannot be read or written, keys are as new.
 */
export class WorkedKeys {
  readonly #path: string;
  #prints: Promise<Prints> | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  of(id: string): WorkedKey {
    return {
      has: async (key) => {
        const { salt, last } = await this.#read();
        return last[id] === print(salt, id, key);
      },
      add: (key) => {
        this.#written = this.#written.then(() => this.#add(id, key)).catch(() => undefined);
      },
    };
  }

  /** Resolves when all that was added is on the disk, or cannot be. */
  written(): Promise<void> {
    return this.#written;
  }

  #read(): Promise<Prints> {
    return (this.#prints ??= readPrints(this.#path));
  }

  async #add(id: string, key: string): Promise<void> {
    const prints = await this.#read();
    const last = { ...prints.last, [id]: print(prints.salt, id, key) };
    if (last[id] === prints.last[id]) return;
    this.#prints = Promise.resolve({ ...prints, last });
    await makeDirectory(dirname(this.#path));
    await writeWhole(this.#path, `${JSON.stringify({ ...prints, last })}\n`);
  }
}

const print = (salt: string, id: string, key: string): string =>
  createHmac('sha256', salt).update(`${id}\n${key}`).digest('base64url');

const readPrints = (path: string): Promise<Prints> =>
  readFile(path, 'utf8')
    .then((text) => Prints.parse(JSON.parse(text)))
    .catch(() => ({ salt: randomBytes(32).toString('base64url'), last: {} }));
