import type { Command } from '@fusion-kit/domain/command';
import { failure } from '@fusion-kit/domain/errors';
import type { Hand, Report } from './town.ts';

/** A hand that has come so far has said all that it had to say. */
export const LAST_STAGE = 4;

const CODES = ['verification_failed', 'provider_limited', 'command_failed', 'provider_refused_key'] as const;
const RECEIPT = { kind: 'unverified', files: [], fileCount: 0, checks: [], sandbox: 'none' } as const;

/** The next thing that an agent says: that it began, that it works, and what came of it. */
export function nextReport(hand: Hand, choice: number): Report {
  const { caller } = hand;
  const { dispatchId } = caller;
  const report = (command: Command, ...shownBy: string[]): Report => ({ command, shownBy, dispatchId });
  hand.stage += 1;
  if (hand.stage === 1) return report({ type: 'dispatch.start', caller }, 'task.started');
  if (hand.stage === 2) return report({ type: 'dispatch.phase', caller, phase: 'working' }, 'task.phase_changed');
  if (choice % 3 === 0) {
    const why = failure(CODES[choice % CODES.length] ?? CODES[0], 'it went wrong');
    return report({ type: 'dispatch.fail', caller, failure: why, jitter: 0.5 }, 'task.requeued', 'task.failed');
  }
  const commit = dispatchId.slice(4).toLowerCase().padStart(40, '0');
  const receipt = { ...RECEIPT, files: [], checks: [], ...(choice % 5 !== 2 && { commit }) };
  return report({ type: 'dispatch.prove', caller, outputs: {}, receipt }, 'task.proved', 'task.completed');
}
