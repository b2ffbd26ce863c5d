import { join } from 'node:path';
import type { Taken } from '@fusion-kit/domain/leash';
import type { Program } from '../program.ts';
import { type Config, type Format, isConfig, over, parsedConfig } from './config-text.ts';
import { contentOf, type OwnFile, ownFiles } from './own-files.ts';
import { secretFree } from './secret-free.ts';

const CONFIG_MAX = 2_000_000;

/** What of a person's own configuration goes into an agent's HOME. */
export interface TakenConfiguration {
  files: readonly OwnFile[];
  /** By their paths; what fusion-kit says is put over them. */
  configs: ReadonlyMap<string, { format: Format; content: Config }>;
  leftOut: readonly string[];
}

/**
 * Reads what an agent is given of its program's configuration in a person's HOME. Credentials are never among it.
 *
 * @param home of the person
 */
export async function takenOf(
  { own, mcp }: Pick<Program, 'own' | 'mcp'>,
  takes: readonly Taken[],
  home: string,
): Promise<TakenConfiguration> {
  const whole = [
    ...(takes.includes('instructions') ? (own?.instructions ?? []) : []),
    ...(takes.includes('skills') ? (own?.skills ?? []) : []),
  ];
  const { files, leftOut } = await ownFiles(home, whole);
  const configs = new Map<string, { format: Format; content: Config }>();
  const add = async (
    { path, format }: { path: string; format: Format },
    part: (config: Config) => Config,
  ): Promise<void> => {
    const text = await contentOf(join(home, path), CONFIG_MAX);
    if (!text) return;
    const config = parsedConfig(text.toString('utf8'), format);
    if (!config) return void leftOut.push(`${path} (damaged)`);
    const free = secretFree(part(config));
    leftOut.push(...free.leftOut.map((name) => `${path}: ${name} (not taken: it may be a credential)`));
    configs.set(path, { format, content: over(configs.get(path)?.content ?? {}, free.value) });
  };
  if (own?.settings && takes.includes('settings')) {
    const never = new Set([...own.settings.never, ...(mcp?.path === own.settings.path ? [mcp.key] : [])]);
    await add(own.settings, (config) =>
      Object.fromEntries(Object.entries(config).filter(([name]) => !never.has(name))),
    );
  }
  if (mcp && takes.includes('mcp'))
    await add(mcp, (config) => (isConfig(config[mcp.key]) ? { [mcp.key]: config[mcp.key] } : {}));
  return { files, configs, leftOut };
}
