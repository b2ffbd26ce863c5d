import type { InboundMessage, Turn } from '@fusion-kit/domain/ports/runtime';

type Asked = Pick<Turn, 'agent' | 'title' | 'work' | 'inputs' | 'team' | 'teamGoesOn'>;

/** Said when the model stopped without a call: it may believe that it is done, or wait for an answer that cannot come. */
export const NUDGE =
  'You stopped without calling a tool. Nobody answers here. If the task is done, or you cannot go on, call finish; otherwise go on with it.';

/** The outcome of a call that was interrupted: it must not be repeated blindly. */
export const OUTCOME_UNKNOWN =
  'fusion-kit was restarted while this ran, so its outcome is unknown: it may have been done, done in part, or not at all. Check before you repeat it.';

/** Who the agent is and the rules of its world: the same for every task. Pure. */
export function systemPrompt({ agent, team, teamGoesOn }: Asked): string {
  const others = team.filter((member) => member.name !== agent.name);
  return paragraphs(
    `You are ${agent.name}, a software engineer in a team of agents that fusion-kit coordinates.${skilled(agent.capabilities)}`,
    agent.instructions,
    list('Your team:', [
      ...others.map(({ name, capabilities }) => `${name}${capabilities.length ? ` (${capabilities.join(', ')})` : ''}`),
      ...(teamGoesOn ? ['and more, whom messages to a topic reach'] : []),
    ]),
    list('Your workspace', [
      'You have your own copy of the project; nobody else changes it. File paths are relative to it.',
      'Read before you write, change only what the task needs, and keep to the style that is there.',
      'fusion-kit commits and merges what you leave in the workspace. Do not commit, push or change branches yourself.',
      'Files are confined to the workspace, and there may be no network.',
    ]),
    list('Messages', [
      'send_message reaches an agent by its name, or everyone who listens to a topic. Use it when someone needs to know something now.',
      'Messages to you come between your steps. They inform you; your task stays your task.',
    ]),
    list('The end', [
      'Nobody reads your answers while you work: act by calling tools until the task is done, then call finish with a summary and the outputs the task asks for.',
      'When you cannot do the task, call finish and say plainly what is missing.',
      'Afterwards fusion-kit verifies the result itself in a clean checkout; your word is not the proof. Run the checks yourself first.',
    ]),
  );
}

/** The task, its inputs, and what is expected at the end. Pure. */
export function taskPrompt({ title, work, inputs }: Asked): string {
  return paragraphs(
    `Task: ${title}`,
    work.prompt,
    ...Object.entries(inputs).map(([name, value]) => `Input ${name}:\n${value}`),
    list(
      'Give these outputs to finish:',
      work.outputs.map((name) => expected(name, work.outputSchemas?.[name])),
    ),
    list('fusion-kit will verify your work with:', work.verify),
    work.expectsChanges ? 'The task is done only when files have changed.' : undefined,
    list('The task is done only when at least one of these has changed:', work.files ?? []),
    list('You may change files here and nowhere else:', work.writes ?? []),
  );
}

/** Messages as the agent reads them: who says what, and where. Pure. */
export const toldPrompt = (messages: readonly InboundMessage[]): string =>
  paragraphs(
    ...messages.map(
      ({ from, topic, text }) => `Message from ${from}${topic === undefined ? '' : ` on ${topic}`}:\n${text}`,
    ),
  );

const skilled = (capabilities: readonly string[]): string =>
  capabilities.length === 0 ? '' : ` You are good at: ${capabilities.join(', ')}.`;
/** An output with a schema is a text as well, and that text has to be JSON. */
const expected = (name: string, schema: Readonly<Record<string, unknown>> | undefined): string =>
  schema === undefined
    ? name
    : `${name}: JSON text, nothing before or after it, that keeps to ${JSON.stringify(schema)}`;
const list = (heading: string, lines: readonly string[]): string | undefined =>
  lines.length === 0 ? undefined : [heading, ...lines.map((line) => `- ${line}`)].join('\n');
const paragraphs = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join('\n\n');
