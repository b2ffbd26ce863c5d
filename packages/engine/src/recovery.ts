import type { Command } from '@fusion-kit/domain/command';
import type { TaskId } from '@fusion-kit/domain/ids';
import { isHeld } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';

/**
 * What has to be told to the writer after a start with embedded agents: they died with the last server, so every open dispatch is lost and its task goes
 * on in the same conversation; a model call whose end nobody saw is settled with what was held for it. Proven work is left to landing. Agents that could not be
 * opened are tried again. Pure but for the jitter.
 *
 * @param interrupted what tasks were at, when the last server ended without a word
 */
export function recoveryOf(
  world: World,
  interrupted: ReadonlyMap<TaskId, string> = new Map(),
  random: () => number = Math.random,
): Command[] {
  const commands: Command[] = [];
  for (const { id, tokens, costUsd, at: _at, ...caller } of world.all('reservations')) {
    const settlement = {
      provider: 'unknown',
      model: 'unknown',
      status: 0,
      basis: 'reserved' as const,
      inputTokens: tokens,
      outputTokens: 0,
      costUsd,
      firstByteMs: 0,
      durationMs: 0,
      attempts: 1,
    };
    commands.push({ type: 'budget.settle', reservationId: id, caller, settlement });
  }
  for (const task of world.all('tasks')) {
    if (!isHeld(task) || !task.dispatch || task.phase === 'landing') continue;
    const { projectId, runId, id: taskId } = task;
    const caller = { projectId, runId, taskId, agentId: task.dispatch.agentId, dispatchId: task.dispatch.id };
    const text = interrupted.get(taskId);
    const during = text === undefined ? undefined : { text, jitter: random() };
    commands.push({ type: 'dispatch.lose', caller, reason: 'the server was restarted', during });
  }
  for (const { id: agentId, state } of world.all('agents')) {
    // What it missed, a key or a program, may be there now.
    if (state === 'error') commands.push({ type: 'agent.respawn', agentId, reason: 'the server was restarted' });
  }
  return commands;
}
