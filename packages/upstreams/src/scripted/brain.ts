import { parsedJson } from '../json.ts';
import { textOf, type Message } from './conversation.ts';
import { Steps, type Scenario, type Step } from './scenario.ts';

/** What the scripted model answers. */
export interface Thought {
  text: string;
  calls: readonly { name: string; arguments: string }[];
  sleepMs: number;
}

/** Characters of the last tool result that `{{lastResult}}` stands for. */
const LAST_RESULT_MAX = 2_000;
const SCRIPT_OPENS = '<<SCRIPT';
const SCRIPT_CLOSES = '>>';

/**
 * The scripted model's answer to a conversation. It remembers nothing: which step is next follows from the messages alone, so any number
 * of agents, and a conversation resumed after a crash, may share one server. Pure.
 */
export function think(messages: readonly Message[], scenario: Scenario): Thought {
  const script = embeddedScript(messages) ?? scenarioScript(messages, scenario);
  if (!script) return saying('No script matches this conversation.');
  if ('mistake' in script) return saying(`The script cannot be read: ${script.mistake}`);
  const since = messages.slice(script.at + 1);
  const taken = since.filter((message) => message.role === 'assistant' && message.tool_calls?.length).length;
  const lastResult = since.findLast((message) => message.role === 'tool');
  return thoughtOf(script.steps[taken], lastResult ? textOf(lastResult).slice(0, LAST_RESULT_MAX) : '');
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

function thoughtOf(step: Step | undefined, lastResult: string): Thought {
  if (!step) return saying('Done.');
  if ('say' in step) return saying(filled(step.say, lastResult), step.sleepMs);
  const steps = Array.isArray(step) ? step : [step];
  return {
    text: steps.flatMap(({ text }) => (text ? [filled(text, lastResult)] : [])).join('\n'),
    calls: steps.map(({ tool, args }) => ({
      name: tool,
      arguments: JSON.stringify(args, (_key, value: unknown) =>
        typeof value === 'string' ? filled(value, lastResult) : value,
      ),
    })),
    sleepMs: Math.max(0, ...steps.map(({ sleepMs }) => sleepMs ?? 0)),
  };
}

const saying = (text: string, sleepMs = 0): Thought => ({ text, calls: [], sleepMs });
const filled = (text: string, lastResult: string) => text.replaceAll('{{lastResult}}', () => lastResult);
