import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Agent } from './agents.ts';
import type { World } from './world.ts';

type Place = Pick<World, 'env' | 'platform'>;

/** Where the shell would find a command, or nothing. Looks only; executes nothing. */
export function findExecutable(name: string, { env, platform }: Place): string | undefined {
  const endings = platform === 'win32' ? (env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';') : [''];
  for (const folder of (env['PATH'] ?? '/bin:/usr/bin').split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder || '.', name + ending);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** Whether an agent's command is installed. Claude Code may also live in a place of its own, outside the PATH. */
export function isInstalled(agent: Agent & { executable: string }, place: Place): boolean {
  const home = place.env['HOME'] ?? place.env['USERPROFILE'];
  if (agent.key === 'claude' && home && isFile(join(home, '.claude', 'local', 'claude'))) return true;
  return findExecutable(agent.executable, place) !== undefined;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}
