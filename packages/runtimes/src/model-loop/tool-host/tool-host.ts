import { FusionError } from '@fusion-kit/domain/errors';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { unlessAborted } from '../unless-aborted.ts';
import { startHelper, type Helper } from './start-helper.ts';

export interface ToolOutcome {
  output: string;
  isError: boolean;
}

/** The hands of one turn: a process in the agent's cage that is started when it is first needed. */
export interface ToolHost {
  /**
   * Runs a host tool. A helper that dies meanwhile is an outcome, and the next call starts a new one.
   * @throws {FusionError} `workspace_failed` when the cage does not let the helper start
   */
  call(tool: string, input: unknown): Promise<ToolOutcome>;
  /** Ends the helper and all it started. When `signal` aborts, this happens by itself. */
  close(): Promise<void>;
}

export function toolHost(turn: Pick<Turn, 'cage' | 'attend'>, signal: AbortSignal): ToolHost {
  let starting: Promise<Helper> | undefined;

  async function close(): Promise<void> {
    signal.removeEventListener('abort', abort);
    await (await starting?.catch(() => undefined))?.end();
  }
  const abort = () => void close();
  signal.addEventListener('abort', abort);

  return {
    async call(tool, input) {
      signal.throwIfAborted();
      const mine = (starting ??= startHelper(turn));
      const helper = await unlessAborted(mine.catch(notStarted), signal);
      const answer = await unlessAborted(helper.ask(tool, input), signal);
      if (answer) return { output: answer.output, isError: answer.isError };
      if (starting === mine) starting = undefined; // another call may have started the next one already
      const complaint = await helper.end();
      return { output: `the tool process ended while it ran ${tool}${complaint && `: ${complaint}`}`, isError: true };
    },
    close,
  };
}

function notStarted(thrown: unknown): never {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  throw new FusionError('workspace_failed', `the process that runs the tools did not start: ${reason}`, {
    cause: thrown,
  });
}
