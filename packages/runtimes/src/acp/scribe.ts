import { PLAN_MAX } from '@fusion-kit/domain/event';
import { cutText } from '@fusion-kit/domain/kept-text';
import type { Delta, RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { type BoundedText, boundedText } from '../model-loop/tool-host/bounded-text.ts';
import { inputOf, isEmpty, outputOf, printedIn, toolOf } from './call-texts.ts';
import { type CallUpdate, type SessionUpdate, wordsOf } from './session-update.ts';

const ANSWER_MAX = 100_000;
const CALL_ID_MAX = 200;
const PLAN_TEXT_MAX = 280;
/** Or once they have told nothing for so long. */
const SETTLE_MS = 500;
/** Calls of a program that are open at a time; one that opens more tells of them without closing any. */
const OPEN_MAX = 1_000;

interface OpenCall extends Partial<CallUpdate> {
  callId: string;
  /** When it was told of; undefined: it was not, since what it is given is not known yet. */
  toldAt?: number;
  /** What its command has printed. */
  printed?: BoundedText;
}

/**
 * Writes down a program's session as the house tells conversations: what it says goes into steps, each with the calls that follow; each call is told once, before its
 * result, and has one. A program does not say where one answer of its model ends: the next begins with whatever comes after all calls have returned.
 */
export class Scribe {
  readonly #write: (item: RuntimeEvent | Delta) => void;
  readonly #taken: Set<string>;
  readonly #calls = new Map<string, OpenCall>();
  /** Calls that have returned, of which more may be told. */
  readonly #returned = new Set<string>();
  #text = boundedText(ANSWER_MAX);
  #steps: number;

  /** Told of each step that begins. */
  onStep: ((step: number) => void) | undefined;

  constructor(history: readonly RuntimeEvent[], write: (item: RuntimeEvent | Delta) => void) {
    this.#write = write;
    this.#steps = history.filter(({ type }) => type === 'step.answered').length;
    this.#taken = new Set(history.flatMap((event) => (event.type === 'tool.called' ? [event.callId] : [])));
  }

  see(update: SessionUpdate): void {
    this.#settle(isWriting(update) ? update.toolCallId : undefined);
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        return this.#said(wordsOf(update.content));
      case 'tool_call':
      case 'tool_call_update':
        return this.#called(update);
      case 'plan':
        return this.#write({
          type: 'plan.updated',
          entries: update.entries.slice(0, PLAN_MAX).map(({ content, status }) => ({
            text: cutText(content, PLAN_TEXT_MAX),
            status: status === 'completed' || status === 'in_progress' ? status : 'pending',
          })),
        });
      case 'usage_update':
        return;
    }
  }

  /** The program does something that is not written down. */
  alive(): void {
    this.#write({ type: 'delta', text: '' });
  }

  /** A call that waits to be permitted is told of before; returns its id. */
  asked(update: CallUpdate): { callId: string; tool: string } {
    const call = this.#callOf(update);
    this.#tell(call);
    return { callId: call.callId, tool: toolOf(call) };
  }

  /** The program has stopped: what it said last, and what it left open. */
  ended(finishReason: string): void {
    for (const call of this.#calls.values()) {
      this.#tell(call);
      this.#return(call, 'It was not seen to end: the turn ended before.', true);
    }
    this.#calls.clear();
    this.#returned.clear();
    this.#step([], finishReason);
  }

  #said(text: string): void {
    if (text === '') return;
    this.#text.add(text);
    this.#write({ type: 'delta', text });
  }

  #called(update: CallUpdate): void {
    if (this.#returned.has(update.toolCallId)) return;
    const call = this.#callOf(update);
    const over = update.status === 'completed' || update.status === 'failed';
    if (over || update.status === 'in_progress') this.#tell(call);
    else if (isKnown(call)) setTimeout(() => this.#tell(call), SETTLE_MS).unref();
    if (!over) return;
    this.#return(call, outputOf(call) || (call.printed?.toString() ?? ''), update.status === 'failed');
    this.#calls.delete(update.toolCallId);
    this.#returned.add(update.toolCallId);
  }

  /** The call with all that is known of it; what an update does not name stays. */
  #callOf(update: CallUpdate): OpenCall {
    const known = this.#calls.get(update.toolCallId);
    const said = Object.entries(update).filter(([, value]) => value !== undefined && value !== null);
    const call = Object.assign(known ?? { callId: this.#freshId(update.toolCallId) }, Object.fromEntries(said));
    const printed = printedIn(update);
    if (printed !== undefined) (call.printed ??= boundedText()).add(printed);
    if (!known && this.#calls.size < OPEN_MAX) this.#calls.set(update.toolCallId, call);
    return call;
  }

  /** Some programs tell of a call before they know what it is given, and more of that as it is written: it is whole once they tell of something else. */
  #settle(writing: string | undefined): void {
    for (const [id, call] of this.#calls) if (id !== writing && isKnown(call)) this.#tell(call);
  }

  #tell(call: OpenCall): void {
    if (call.toldAt !== undefined) return;
    const told = { callId: call.callId, tool: toolOf(call), input: inputOf(call) };
    if (!this.#isBusy()) this.#step([told], 'tool_calls');
    call.toldAt = performance.now();
    this.#write({ type: 'tool.called', ...told });
  }

  #return(call: OpenCall, output: string, isError: boolean): void {
    const durationMs = performance.now() - (call.toldAt ?? performance.now());
    this.#write({ type: 'tool.returned', callId: call.callId, tool: toolOf(call), output, isError, durationMs });
  }

  #step(calls: { callId: string; tool: string; input: string }[], finishReason: string): void {
    this.#write({ type: 'step.answered', step: ++this.#steps, text: this.#text.toString(), calls, finishReason });
    this.#text = boundedText(ANSWER_MAX);
    this.onStep?.(this.#steps);
  }

  #isBusy(): boolean {
    return [...this.#calls.values()].some(({ toldAt }) => toldAt !== undefined);
  }

  /** A session that begins anew may count from zero again, and a call is known by its id. */
  #freshId(given: string): string {
    const wanted = given.slice(0, CALL_ID_MAX) || 'call';
    let callId = wanted;
    for (let copy = 2; this.#taken.has(callId); copy++) callId = `${wanted}_${copy}`;
    this.#taken.add(callId);
    return callId;
  }
}

/** Whether an update tells what a call is given. */
const isWriting = (update: SessionUpdate): update is Extract<SessionUpdate, { toolCallId: string }> =>
  (update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update') &&
  !isEmpty(update.rawInput ?? null);

const isKnown = ({ rawInput }: OpenCall): boolean => !isEmpty(rawInput ?? null);
