import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Answer, Call } from '../call.ts';
import { HOOKS_FILE, offerRun } from '../hooks-file.ts';

/** A program of its own, so that neither command loads the other's code. */
const SPECIFY = fileURLToPath(new URL('../../../specify/bin/specify.js', import.meta.url));
/** The descriptor on which `specify init` tells where the project is. */
const PROJECT_DESCRIPTOR = 3;

/** `specify init` with the same arguments, and one more line for the project's agent: to offer `fusion-kit run` after the tasks. */
export async function init(call: Call): Promise<Answer> {
  const words = call.args.filter((word): word is string => word !== undefined && word !== '--json');
  const { exitCode, project } = await specifyInit(words, call);
  if (exitCode !== 0 || project === '') return { data: { project: null, hook: null }, text: () => '', exitCode };
  const changed = await offerRun(project);
  return {
    data: { project, hook: HOOKS_FILE, changed },
    text: (paint) =>
      `${paint.green('fusion-kit is enabled')}: after /speckit.tasks your agent offers ${paint.cyan('fusion-kit run')} (${HOOKS_FILE}${changed ? '' : ', as before'}).\n`,
  };
}

/** Runs it with this process's own input and output, so that it can ask; with `--json` what it says goes to stderr. */
async function specifyInit(
  words: readonly string[],
  { json, cwd, env }: Call,
): Promise<{ exitCode: number; project: string }> {
  const child = spawn(process.execPath, [SPECIFY, 'init', ...words], {
    cwd,
    env: { ...env, SPECIFY_PROJECT_DESCRIPTOR: String(PROJECT_DESCRIPTOR) },
    stdio: ['inherit', json ? process.stderr : 'inherit', 'inherit', 'pipe'],
  });
  const told = text(child.stdio[PROJECT_DESCRIPTOR] as Readable);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode: exitCode ?? 1, project: await told };
}
