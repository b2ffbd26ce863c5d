import type { Runtime } from '@fusion-kit/domain/ports/runtime';
import { unlessAborted } from '../model-loop/unless-aborted.ts';
import type { Programs } from '../programs/launched.ts';
import { finishedIn } from './conversation.ts';
import { requireAsking } from './permission.ts';
import { HURRIED, PATIENT, type ProgramProcess, startProgram } from './program-process.ts';
import { work } from './work.ts';

export interface AcpOptions {
  programs: Pick<Programs, 'launch' | 'check' | 'needsModel'>;
  /** Longest that a program may take to answer, and to open a session: one that was never started on a machine is read from its disk for the first time. */
  startTimeoutMs?: number;
  /** Longest that it may go on when it is told to stop. */
  cancelTimeoutMs?: number;
}

/** Coding agents that others made, spoken to by the Agent Client Protocol: each works in the cage of its turn, with a HOME and a session of its own. */
export const acp = ({ programs, startTimeoutMs = 60_000, cancelTimeoutMs = 10_000 }: AcpOptions): Runtime => ({
  id: 'acp',
  needsModel: (agent) => programs.needsModel(agent),
  async check(agent) {
    await programs.check(agent, 'acp');
    requireAsking(agent);
  },
  async *run(turn, signal) {
    signal.throwIfAborted();
    const finished = finishedIn(turn);
    if (finished) return finished;
    requireAsking(turn.agent);
    await unlessAborted(turn.gate(), signal);
    const launched = await unlessAborted(programs.launch(turn, 'acp', signal), signal);
    let running: ProgramProcess | undefined;
    let patience = HURRIED;
    try {
      running = startProgram(turn, launched);
      const result = yield* work({ turn, launched, running, startTimeoutMs, cancelTimeoutMs }, signal);
      patience = PATIENT;
      return result;
    } finally {
      await running?.stop(patience);
      await launched.close();
    }
  },
});
