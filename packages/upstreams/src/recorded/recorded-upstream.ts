import { FusionError } from '@fusion-kit/domain/errors';
import type { DispatchId } from '@fusion-kit/domain/ids';
import type { Caller, Upstream } from '@fusion-kit/domain/ports/upstream';
import { isCut } from '../tail.ts';
import { firstDifference } from './first-difference.ts';

/** Where a call stands in a run: the node's name, the attempt at it and the call of that attempt, both counted from 1. */
export interface CallPlace {
  node: string;
  attempt: number;
}

/** A call that was answered in full, as it was recorded. */
export interface RecordedCall extends CallPlace {
  call: number;
  /** What the conversation had taken in of the attempt before. */
  answers: number;
  request: string;
  response: string;
}

export interface RecordedUpstreamOptions {
  id: string;
  /** The provider that was recorded; its client is used again, and nothing of it is ever asked but its list of models, which may be missing. */
  like: Pick<Upstream, 'protocol' | 'baseUrl' | 'wires' | 'defaultModel' | 'models'>;
  /** Asked for once. */
  calls: () => Promise<readonly RecordedCall[]>;
  placeOf: (caller: Caller) => Promise<CallPlace>;
  /** What the conversation that a dispatch goes on with has taken in of its attempt: asked at its first call. */
  answersBefore: (caller: Caller) => Promise<number>;
  /** What is asked as it would be recorded: without what the caller is to tell nobody. */
  plain?: (caller: Caller, body: string) => string;
}

/**
 * Answers from a record, in its order, at no cost and without a network. What is asked must be what was asked then, but for ids, commits and times:
 * the first call that is not is refused with `record_diverges`, which names it and where the two go apart.
 */
export function recordedUpstream({
  id,
  like,
  calls,
  placeOf,
  answersBefore,
  plain = (_caller, body) => body,
}: RecordedUpstreamOptions): Upstream {
  const { protocol, baseUrl, wires, defaultModel, models } = like;
  /** Calls of its attempt that lie behind a dispatch, in this server and those before it. */
  const behind = new Map<DispatchId, number>();
  let known: Promise<readonly RecordedCall[]> | undefined;

  return {
    id,
    protocol,
    baseUrl,
    wires,
    defaultModel,
    async fetch(caller, input, init) {
      const request = new Request(input, init);
      const body = plain(caller, await request.text());
      const [{ node, attempt }, all] = await Promise.all([placeOf(caller), (known ??= calls())]);
      const ofAttempt = all.filter((each) => each.node === node && each.attempt === attempt);
      if (!behind.has(caller.dispatchId)) {
        const taken = await answersBefore(caller);
        if (!behind.has(caller.dispatchId))
          behind.set(caller.dispatchId, ofAttempt.filter(({ answers }) => answers < taken).length);
      }
      const call = (behind.get(caller.dispatchId) ?? 0) + 1;
      const where = `node ${node}, attempt ${attempt}, call ${call}`;
      const diverges = (what: string) =>
        new FusionError('record_diverges', `${where}: ${what}`, { details: { node, attempt, call } });

      const recorded = ofAttempt.find((each) => each.call === call);
      if (!recorded) throw diverges('the record ends before it');
      if (isCut(recorded.request) || isCut(recorded.response)) throw diverges('its record is not whole');
      const difference = firstDifference(recorded.request, body);
      if (difference) throw diverges(difference);
      behind.set(caller.dispatchId, call);
      const type = /^\s*[[{]/.test(recorded.response) ? 'application/json' : 'text/event-stream';
      return new Response(recorded.response, { headers: { 'content-type': type } });
    },
    // A conversation is shortened by the size of its model's context, as it was then.
    ...(models && { models: (signal) => models.call(like, signal) }),
    check: async () => ({ ok: true, credential: 'none needed', remainingUsd: null, checkedAt: Date.now() }),
  };
}
