import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { type Config, over, parsedConfig } from '../own/config-text.ts';
import { contentOf } from '../own/own-files.ts';
import type { Program } from '../program.ts';
import type { KeptLogin } from './kept-login.ts';

export const LOGIN_MAX = 1_000_000;

/**
 * The login that a program has in a HOME.
 *
 * @throws {FusionError} `login_missing` when it has none there, or none that can be copied
 */
export async function readLoginIn(home: string, program: Program, from: string): Promise<Omit<KeptLogin, 'madeAt'>> {
  const { login, name, title, loginHint } = program;
  if (!login)
    throw new FusionError('login_missing', `${title} has no login of its own`, {
      remedy: 'Use credentials `gateway`.',
    });
  const files: Record<string, string> = {};
  for (const path of login.files) {
    const content = await contentOf(join(home, path), LOGIN_MAX);
    if (content && content.length > 0) files[path] = content.toString('utf8');
  }
  const [main = ''] = login.files;
  if (files[main] === undefined)
    throw new FusionError('login_missing', `${title} is not logged in: there is no ${join(home, main)}`, {
      remedy: keychain(loginHint, login.tokenVariable !== undefined, name),
    });
  const parts: KeptLogin['parts'] = {};
  for (const { path, keys } of login.parts ?? []) {
    const config = parsedConfig((await contentOf(join(home, path), 10 * LOGIN_MAX))?.toString('utf8') ?? '', 'json');
    const part = Object.fromEntries(keys.flatMap((key) => (config?.[key] === undefined ? [] : [[key, config[key]]])));
    if (Object.keys(part).length > 0) parts[path] = part;
  }
  return { program: name, from, files, parts };
}

/** Some keep their login in the system's keychain, from which nothing is copied. */
const keychain = (hint: string, takesToken: boolean, name: string): string =>
  takesToken
    ? `${hint} Where it keeps its login in the system's keychain, give it a token: \`fusion-kit agent login ${name} --token\`.`
    : hint;

/** The files that put a login into a HOME whose other files are these. Pure. */
export function loginFiles(
  { files, parts }: Pick<KeptLogin, 'files' | 'parts'>,
  configs: ReadonlyMap<string, Config>,
): { files: ReadonlyMap<string, string>; configs: ReadonlyMap<string, Config> } {
  const joined = new Map(configs);
  for (const [path, part] of Object.entries(parts)) joined.set(path, over(joined.get(path) ?? {}, part));
  return { files: new Map(Object.entries(files)), configs: joined };
}
