import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf, makeDataDirectory } from '../data-directory.ts';
import { KeyChain } from '../keys/key-chain.ts';
import { keyFileOf, readKeyFile, writeKeyFile } from '../keys/key-file.ts';
import { systemKeyring } from '../keys/keyring.ts';
import { KEY_VARIABLES } from '../keys/known-variables.ts';
import { readSecret } from '../keys/read-secret.ts';
import { argument, optionsOf } from '../options.ts';
import { plain } from '../output/plain.ts';

const SetOptions = z.object({ file: z.boolean().default(false) });

/** The key comes by standard input or a hidden prompt: arguments are seen by everybody who lists processes. */
export async function setKey(call: Call): Promise<Answer> {
  const id = argument(call, 0, '<id>');
  const { file: toFile } = optionsOf(call, SetOptions);
  const { keyring, file } = placesOf(call);
  const key = await readSecret(`key of ${plain(id)} (not shown): `, process.stdin, call.signal);
  const inKeyring = !toFile && (await keyring.set(id, key));
  if (!inKeyring) {
    // One in the keyring would go before it.
    await keyring.remove(id);
    await makeDataDirectory(dataDirectoryOf(call));
    await writeKeyFile(file, id, key);
  }
  const origin = inKeyring ? 'keyring' : `file ${file}`;
  const before = (KEY_VARIABLES[id] ?? []).find((variable) => call.env[variable]);
  return {
    data: { id, origin },
    text: (paint) =>
      `${paint.green('✓')} the key of ${plain(id)} is kept: ${origin}${before ? `\n${paint.yellow('!')} ${before} goes before it where it is set` : ''}\n`,
  };
}

export async function showKey(call: Call): Promise<Answer> {
  const id = argument(call, 0, '<id>');
  const { env } = call;
  const keys = new KeyChain({ env, ...placesOf(call) });
  const { key, origin } = await keys.source(id, KEY_VARIABLES[id] ?? []).find();
  const found = key !== undefined;
  return {
    data: { id, found, origin },
    text: () =>
      found ? `the key of ${plain(id)} comes from: ${origin}\n` : `there is no key of ${plain(id)} in ${origin}\n`,
    ok: found,
  };
}

export async function removeKey(call: Call): Promise<Answer> {
  const id = argument(call, 0, '<id>');
  const { keyring, file } = placesOf(call);
  const fromKeyring = await keyring.remove(id);
  const fromFile = id in (await readKeyFile(file));
  if (fromFile) await writeKeyFile(file, id, undefined);
  const removed = [...(fromKeyring ? ['keyring'] : []), ...(fromFile ? [`file ${file}`] : [])];
  return {
    data: { id, removed },
    text: (paint) =>
      removed.length > 0
        ? `${paint.green('✓')} the key of ${plain(id)} is gone from: ${removed.join(', ')}\n`
        : `no key of ${plain(id)} was kept\n`,
  };
}

const placesOf = (call: Call) => ({ keyring: systemKeyring(call.env), file: keyFileOf(dataDirectoryOf(call)) });
