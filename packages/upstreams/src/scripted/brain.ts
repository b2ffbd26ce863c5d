import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { anyValue, type Call, callFor, isSearch } from './actions.ts';
import { textOf, type Message } from './conversation.ts';
import { NOTHING_OFFERED, type Offered } from './offered.ts';
import { type CallStep, Steps, type Scenario, type Step } from './scenario.ts';

/** What the scripted model answers. */
export interface Thought {
  text: string;
  calls: readonly Call[];
  sleepMs: number;
}

/** Characters of the last tool result that `{{lastResult}}` stands for. */
const LAST_RESULT_MAX = 2_000;
const SCRIPT_OPENS = '<<SCRIPT';
const SCRIPT_CLOSES = '>>';

/**
 * The scripted model's answer to a conversation. It remembers nothing: which step is next follows from the messages alone, so any number
 * of agents, and a conversation resumed after a crash, may share one server. Pure.
 *
 * @param offered what the request offers, for steps that name what is to be done and not the tool
 */
export function think(messages: readonly Message[], scenario: Scenario, offered: Offered = NOTHING_OFFERED): Thought {
  // Agents ask beside their work, for titles or for the way to go on: with nothing to act by, and in a form of their own.
  if (offered.answer !== undefined && offered.tools.length === 0)
    return saying(JSON.stringify(anyValue(offered.answer)));
  const script = embeddedScript(messages) ?? scenarioScript(messages, scenario);
  if (!script) return saying('No script matches this conversation.');
  if ('mistake' in script) return saying(`The script cannot be read: ${script.mistake}`);
  const since = messages.slice(script.at + 1);
  const taken = since.filter(isTaken).length;
  const lastResult = since.findLast((message) => message.role === 'tool');
  return thoughtOf(script.steps[taken], {
    lastResult: lastResult ? textOf(lastResult).slice(0, LAST_RESULT_MAX) : '',
    offered,
  });
}

/** Whether an answer took a step: one that only looked for tools took none. */
const isTaken = ({ role, tool_calls: calls }: Message): boolean =>
  role === 'assistant' && (calls?.length ?? 0) > 0 && !calls!.every((call) => isSearch(nameOf(call)));

function nameOf(call: unknown): string | undefined {
  const { name, function: named } = Object(call) as { name?: string; function?: { name?: string } };
  return name ?? named?.name;
}

interface Known {
  lastResult: string;
  offered: Offered;
}

interface Found {
  at: number;
  steps: readonly Step[];
}

/** The script in the last user text that carries one. */
function embeddedScript(messages: readonly Message[]): Found | { mistake: string } | undefined {
  const at = messages.findLastIndex((message) => message.role === 'user' && textOf(message).includes(SCRIPT_OPENS));
  const message = messages[at];
  if (!message) return undefined;
  const text = textOf(message);
  const start = text.lastIndexOf(SCRIPT_OPENS) + SCRIPT_OPENS.length;
  // The steps may hold `>>` themselves (a shell's redirection), so the first end at which they are whole JSON counts.
  for (let end = text.indexOf(SCRIPT_CLOSES, start); end >= 0; end = text.indexOf(SCRIPT_CLOSES, end + 1)) {
    const json = parsedJson(text.slice(start, end));
    if (json === undefined) continue;
    const steps = Steps.safeParse(json);
    return steps.success ? { at, steps: steps.data } : { mistake: steps.error.issues[0]?.message ?? 'not steps' };
  }
  return { mistake: 'no JSON between <<SCRIPT and >>' };
}

/**
 * The scenario's entry for the first user text in which any is named. A prompt may quote other tasks' titles further down, so the
 * entry named first in that text is meant.
 */
function scenarioScript(messages: readonly Message[], scenario: Scenario): Found | undefined {
  for (const [at, message] of messages.entries()) {
    if (message.role !== 'user') continue;
    const text = textOf(message);
    const named = scenario
      .map((entry) => ({ steps: entry.steps, from: text.indexOf(entry.match) }))
      .filter(({ from }) => from >= 0)
      .toSorted((a, b) => a.from - b.from);
    if (named[0]) return { at, steps: named[0].steps };
  }
  return undefined;
}

function thoughtOf(step: Step | undefined, known: Known): Thought {
  if (!step) return saying('Done.');
  if ('say' in step) return saying(filled(step.say, known.lastResult), step.sleepMs);
  const steps = Array.isArray(step) ? step : [step];
  const calls = steps.map((one) => callOf(one, known));
  const missing = steps.find((_, at) => calls[at] === undefined);
  if (missing) return saying(`No tool is offered for this: ${JSON.stringify(missing)}`);
  return {
    text: steps.flatMap(({ text }) => (text ? [filled(text, known.lastResult)] : [])).join('\n'),
    calls: calls.filter((call) => call !== undefined),
    sleepMs: Math.max(0, ...steps.map(({ sleepMs }) => sleepMs ?? 0)),
  };
}

function callOf(step: CallStep, { lastResult, offered }: Known): Call | undefined {
  const whole = deepFilled(step, lastResult);
  if (!('tool' in whole)) return callFor(whole, offered.tools, offered.said);
  const { namespace } = offered.tools.find(({ name }) => name === whole.tool) ?? {};
  return { name: whole.tool, ...(namespace !== undefined && { namespace }), arguments: JSON.stringify(whole.args) };
}

const deepFilled = <Value>(value: Value, lastResult: string): Value =>
  JSON.parse(
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? filled(part, lastResult) : part)),
  ) as Value;

const saying = (text: string, sleepMs = 0): Thought => ({ text, calls: [], sleepMs });
const filled = (text: string, lastResult: string) => text.replaceAll('{{lastResult}}', () => lastResult);
