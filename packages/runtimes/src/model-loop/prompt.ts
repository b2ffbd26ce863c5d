import type { InboundMessage, Turn } from '@fusion-kit/domain/ports/runtime';

type Asked = Pick<Turn, 'agent' | 'title' | 'work' | 'inputs' | 'team' | 'teamGoesOn'>;

/** Said when the model stopped without a call: it may believe that it is done, or wait for an answer that cannot come. */
export const NUDGE =
  'You stopped without calling a tool. Nobody answers here. If the task is done, or you cannot go on, call finish; otherwise go on with it.';

/** Said to an agent that goes round in circles. */
export const REPEATING =
  'You have made the same calls with the same results several times in a row. Doing it again will not change what comes of it: try something else, or call finish and say plainly what is missing. What takes time is waited for in one command.';

/** Begins another attempt of which nobody says why. */
export const ANOTHER_ATTEMPT = 'What you did before was not accepted. Go on until it is done.';

/** Before what stands for the part of a conversation that was folded. */
export const SO_FAR =
  'The conversation up to here grew too long to be kept. These are the notes you made of it; what was said and done since then follows.';

/** Asks for the notes that take the place of a conversation. */
export const NOTES_SYSTEM = `You keep the memory of an agent at work. From a record of what it was told, said and did you write the notes it goes on with; it will see nothing else of what is recorded.
Keep what it needs: what was asked for and decided and why, what people and other agents told it, which files exist and what was changed in them, which commands were run with what result, what failed and must not be tried again, and what is left to do. Exact names, paths and numbers, no guesses. Leave out what no longer matters. Write at most 800 words, as plain lines, and nothing before or after them.`;

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

/** A record of what is to be folded, with the notes of an earlier fold. Pure. */
export const foldedPrompt = (notes: string | undefined, record: readonly string[]): string =>
  paragraphs(
    notes === undefined ? undefined : `Your notes of what came before the record:\n${notes}`,
    `The record:\n${record.join('\n')}`,
    'Write the notes now, of all of it.',
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
