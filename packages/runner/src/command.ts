import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { cutText } from '@fusion-kit/domain/kept-text';
import type { CommandWork } from '@fusion-kit/domain/nodes/command';
import type { ScriptEnd } from '@fusion-kit/domain/ports/workspaces';
import type { Claim, Hands } from './hands.ts';

/** What is shown of a command's output while it runs; all that is kept of it is in the log afterwards. */
const SHOWN_MAX = 1_000_000;
const NAMED_MAX = 150;
const ENDING_MAX = 1_500;
/** 128 and the number of SIGKILL: how a shell, and a cage, tell that what ran in them was killed. */
const KILLED = 137;

/**
 * Runs the command of a node in the workspace and claims what it printed.
 * @throws {FusionError} `command_failed` when its exit code is none of those the node allows; `process_died` when it was killed
 */
export async function runCommandNode(work: CommandWork, hands: Hands): Promise<Claim> {
  const { start, keep, workspace, wayOut, signal, pulse } = hands;
  const call = { callId: `command-${start.fence}`, tool: 'shell' };
  await keep({ type: 'tool.called', ...call, input: JSON.stringify({ command: work.run }) });
  const over = pulse.within();
  const show = shown(hands);
  const { reach, close } = await wayOut.open();
  try {
    const env = work.env ? { env: work.env } : {};
    const started = (pid: number) => pulse.attend(pid);
    const ended = await workspace.run(work.run, { ...env, reach, show, started }, signal).catch((thrown: unknown) => {
      signal.throwIfAborted();
      throw notStarted(work, thrown);
    });
    const isError = ended.exitCode === null || !work.exitCodes.includes(ended.exitCode);
    await keep({ type: 'tool.returned', ...call, output: told(ended), isError, durationMs: ended.durationMs });
    if (isError) throw failed(work, ended);
    return { stdout: trimmed(ended.stdout), stderr: trimmed(ended.stderr), exitCode: String(ended.exitCode) };
  } finally {
    over();
    await close();
  }
}

function shown({ show, pulse }: Hands): (text: string) => void {
  let room = SHOWN_MAX;
  return (text) => {
    pulse.beat();
    if (room > 0) show(text.slice(0, room));
    room -= text.length;
  };
}

const told = ({ exitCode, output }: ScriptEnd): string =>
  `${exitCode === null ? 'killed' : `exit code ${exitCode}`}\n${output}`;

function failed({ run }: CommandWork, { exitCode, output }: ScriptEnd): FusionError {
  const ending = output.trim().slice(-ENDING_MAX);
  const how = exitCode === null || exitCode === KILLED ? 'was killed' : `ended with ${exitCode}`;
  return new FusionError(
    how === 'was killed' ? 'process_died' : 'command_failed',
    `\`${cutText(run, NAMED_MAX)}\` ${how}${ending ? `:\n${ending}` : ''}`,
    { details: { exitCode } },
  );
}

/** A NUL character or a text that is too long for the system, filled in from an output, for example. */
const notStarted = ({ run }: CommandWork, thrown: unknown): FusionError =>
  new FusionError(
    'command_failed',
    `\`${cutText(run, NAMED_MAX)}\` could not be started: ${asFusionError(thrown).message}`,
    {
      cause: thrown,
    },
  );

/** Without the line breaks at its end, as a shell takes what a command printed. */
const trimmed = (text: string): string => text.replace(/[\r\n]+$/, '');
