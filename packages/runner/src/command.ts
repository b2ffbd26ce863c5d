import { FusionError } from '@fusion-kit/domain/errors';
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
  const { start, keep, workspace, signal, pulse } = hands;
  const call = { callId: `command-${start.fence}`, tool: 'shell' };
  await keep({ type: 'tool.called', ...call, input: JSON.stringify({ command: work.run }) });
  const over = pulse.within();
  let attended: (() => void) | undefined;
  const show = shown(hands);
  try {
    const ended = await workspace.run(
      work.run,
      { ...(work.env && { env: work.env }), show, started: (pid) => (attended = pulse.attend(pid)) },
      signal,
    );
    attended?.();
    const isError = ended.exitCode === null || !work.exitCodes.includes(ended.exitCode);
    await keep({ type: 'tool.returned', ...call, output: told(ended), isError, durationMs: ended.durationMs });
    if (isError) throw failed(work, ended);
    return { stdout: trimmed(ended.stdout), stderr: trimmed(ended.stderr), exitCode: String(ended.exitCode) };
  } finally {
    attended?.();
    over();
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
  );
}

/** Without the line breaks at its end, as a shell takes what a command printed. */
const trimmed = (text: string): string => text.replace(/[\r\n]+$/, '');
