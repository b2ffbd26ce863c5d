import type { Agent } from '@fusion-kit/domain/agent';
import type { AgentId, TaskId } from '@fusion-kit/domain/ids';
import { AWAY_MS, holderOf, suits, WARM_MS } from '@fusion-kit/domain/schedule';
import type { World } from '@fusion-kit/domain/world';
import type { Place } from './queue.ts';
import type { Kind, ReadyQueue } from './ready-queue.ts';

/** A task for an agent, and from whose queue it is taken if not from its own. */
export interface Choice {
  taskId: TaskId;
  stolenFrom?: AgentId;
}

export interface Choosing {
  world: World;
  ready: ReadyQueue;
  /** Whether tasks of a run may be given out at all. */
  isOpen: (kind: Kind) => boolean;
  /** Whether an agent is about to be asked itself. */
  isFree: (agent: Agent) => boolean;
}

interface Found {
  place: Place;
  rank: number;
  from?: AgentId;
}

const isBefore = (one: Found, other: Found): boolean =>
  one.rank < other.rank || (one.rank === other.rank && one.place.id < other.place.id);
const better = (one: Found | undefined, other: Found | undefined): Found | undefined =>
  !one || (other && isBefore(other, one)) ? other : one;

const choiceOf = ({ place, from }: Found): Choice => ({ taskId: place.id, ...(from && { stolenFrom: from }) });

/**
 * The task an agent should do next. What it has a claim on counts as having waited `WARM_MS` longer. What stands in the queue of another who is busy is left to that one,
 * unless it waited `AWAY_MS` longer than what the agent would do instead. Changes nothing.
 */
export function choose(agent: Agent, choosing: Choosing): Choice | undefined {
  const { world, ready, isOpen, isFree } = choosing;
  let own: Found | undefined;
  let away: Found | undefined;
  for (const kind of ready.kindsFor(agent)) {
    if (!isOpen(kind) || !suits(agent, kind.example)) continue;
    own = better(own, found(kind.general.head, 0));
    for (const queue of kind.claimed.values()) {
      const claim = queue.claim!;
      if (claim.agentId === agent.id) own = better(own, found(queue.head, -WARM_MS));
      else {
        const holder = holderOf(world, claim, kind.example);
        if (!holder) own = better(own, found(queue.head, 0));
        else if (!claim.kept && !isFree(holder)) away = better(away, found(queue.head, AWAY_MS, holder.id));
      }
    }
  }
  if (!own) return undefined;
  return choiceOf(away && away.rank < own.rank ? away : own);
}

/**
 * What an agent takes that has nothing else to do: the tail of the longest queue of somebody else that it suits, or the head of any if that waited `AWAY_MS` longer. What is kept
 * for a conversation stays. Changes nothing.
 */
export function steal(agent: Agent, { world, ready, isOpen }: Choosing): Choice | undefined {
  let longest: { size: number; tail: Found } | undefined;
  let oldest: Found | undefined;
  for (const kind of ready.kindsFor(agent)) {
    if (!isOpen(kind) || !suits(agent, kind.example)) continue;
    for (const { claim, size, head, tail } of kind.claimed.values()) {
      if (!claim || !tail || claim.kept || claim.agentId === agent.id || !holderOf(world, claim, kind.example))
        continue;
      oldest = better(oldest, found(head, AWAY_MS, claim.agentId));
      if (size > (longest?.size ?? 0)) longest = { size, tail: { place: tail, rank: tail.rank, from: claim.agentId } };
    }
  }
  if (!longest) return undefined;
  return choiceOf(oldest && oldest.rank < longest.tail.rank ? oldest : longest.tail);
}

const found = (place: Place | undefined, more: number, from?: AgentId): Found | undefined =>
  place && { place, rank: place.rank + more, ...(from && { from }) };
