import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { COMMAND, type Ran, type Stage, widerPath } from './stage.ts';

const SIZE = 'stty cols 100 rows 60';
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/**
 * Runs the command in a terminal of 100 × 60 (by `script` of util-linux) and types the keys: the first when it asks something, each further one
 * when it has painted something since.
 */
export async function specifyOnTerminal(
  argv: readonly string[],
  keys: readonly string[],
  place: Stage,
  extraEnv: Record<string, string> = {},
): Promise<Ran & { painted: string }> {
  const { PATH = '' } = place.env;
  // The command gets the stage's PATH; `script` and `stty` are the machine's.
  const words = [process.execPath, COMMAND, ...argv].map(quoted).join(' ');
  const child = spawn('script', ['-qec', `${SIZE}; PATH=${quoted(PATH)} exec ${words}`, '/dev/null'], {
    cwd: place.cwd,
    env: { ...place.env, ...extraEnv, PATH: widerPath(place) },
    timeout: 30_000,
  });
  const rest = [...keys];
  let painted = '';
  let asked = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    painted += text;
    asked ||= /Esc cancels|\[y\/N\]: /.test(painted);
    const key = asked ? rest.shift() : undefined;
    if (key !== undefined) child.stdin.write(key);
  });
  child.stdin.on('error', () => undefined);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  child.stdin.destroy();
  return { exitCode, painted, stdout: stripVTControlCharacters(painted).replaceAll('\r', ''), stderr: '' };
}
