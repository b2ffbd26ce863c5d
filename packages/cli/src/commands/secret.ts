import { FusionError } from '@fusion-kit/domain/errors';
import { SecretName } from '@fusion-kit/domain/leash';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf, makeDataDirectory } from '../data-directory.ts';
import { readSecret, SECRET_VALUE } from '../keys/read-secret.ts';
import { Secrets } from '../keys/secrets.ts';
import { argument, optionsOf } from '../options.ts';
import { plain } from '../output/plain.ts';
import { tableText } from '../output/table.ts';

const SetOptions = z.object({ file: z.boolean().default(false) });

const secretsOf = (call: Call): Secrets => new Secrets({ env: call.env, dataDir: dataDirectoryOf(call) });

/** @throws {FusionError} `usage` */
const nameOf = (call: Call): string => {
  const name = SecretName.safeParse(argument(call, 0, '<name>'));
  if (name.success) return name.data;
  throw new FusionError('usage', `a secret is named as environment variables are: ${name.error.issues[0]?.message}`);
};

/** The value comes by standard input or a hidden prompt: arguments are seen by everybody who lists processes. */
export async function setSecret(call: Call): Promise<Answer> {
  const name = nameOf(call);
  const { file: inFile } = optionsOf(call, SetOptions);
  const value = await readSecret(`value of ${name} (not shown): `, process.stdin, call.signal, SECRET_VALUE);
  await makeDataDirectory(dataDirectoryOf(call));
  const origin = await secretsOf(call).set(name, value, { inFile });
  const variable = `FUSION_SECRET_${name}`;
  const before = call.env[variable] ? variable : undefined;
  return {
    data: { name, origin },
    text: (paint) =>
      `${paint.green('✓')} secret ${name} is kept: ${plain(origin)}\n${before ? `${paint.yellow('!')} ${before} goes before it where it is set\n` : ''}`,
  };
}

export async function listSecrets(call: Call): Promise<Answer> {
  const secrets = await secretsOf(call).list();
  return {
    data: { secrets },
    text: (paint, columns) =>
      tableText(
        {
          head: ['secret', 'comes from'],
          rows: secrets.map(({ name, origin }) => [plain(name), plain(origin)]),
          empty: 'no secrets',
        },
        paint,
        columns,
      ),
  };
}

export async function removeSecret(call: Call): Promise<Answer> {
  const name = nameOf(call);
  const removed = await secretsOf(call).remove(name);
  return {
    data: { name, removed },
    text: (paint) =>
      removed.length > 0
        ? `${paint.green('✓')} secret ${name} is gone from: ${plain(removed.join(', '))}\n`
        : `no secret ${name} was kept\n`,
  };
}
