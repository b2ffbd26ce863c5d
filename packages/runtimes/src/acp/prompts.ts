import type { RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import { bounded } from '../model-loop/tool-host/bounded-text.ts';
import { OUTPUTS_BLOCK } from './claim.ts';

type Asked = Pick<Turn, 'agent' | 'title' | 'work' | 'inputs' | 'team' | 'teamGoesOn' | 'services'>;

/** Longest account of what a conversation held, and of one thing in it, in characters. */
const ACCOUNT_MAX = 24_000;
const PART_MAX = 600;

export const INTERRUPTED =
  'You were interrupted: fusion-kit was restarted, or you were paused. What you had under way may have been done, done in part, or not at all: look before you repeat it, then go on with your task.';

/** What people said where a program asked for a permission and heard only yes or no. Pure. */
export const wordsToldPrompt = (words: readonly string[]): string | undefined =>
  words.length === 0
    ? undefined
    : list('Where you asked for a permission, a person said this instead of choosing an answer:', words);

/** Who the agent is and the rules of its world. Pure. */
export function houseRules({ agent, team, teamGoesOn, services }: Asked): string {
  const others = team.filter((member) => member.name !== agent.name);
  const skills = agent.capabilities.length > 0 ? ` You are good at: ${agent.capabilities.join(', ')}.` : '';
  return paragraphs(
    `You are ${agent.name}, a software engineer in a team of agents that fusion-kit coordinates.${skills}`,
    agent.instructions,
    list('Your team:', [
      ...others.map(({ name, capabilities }) => `${name}${capabilities.length ? ` (${capabilities.join(', ')})` : ''}`),
      ...(teamGoesOn ? ['and more, whom messages to a topic reach'] : []),
    ]),
    list('Your workspace', [
      'The current directory is your own copy of the project; nobody else changes it.',
      'Change only what the task needs, and keep to the style that is there.',
      'fusion-kit commits and merges what you leave there. Do not commit, push or change branches yourself.',
      'You are confined to it, and there may be no network.',
    ]),
    list(
      'Your team mates',
      services
        ? [
            'The tools of the MCP server "fusion" are how you work with others: fusion_send_message reaches an agent by its name, or everyone who listens to a topic.',
            'Messages to you come when you stop, or when you ask for them with fusion_read_messages. They inform you; your task stays your task.',
          ]
        : [],
    ),
    list('The end', [
      'Nobody answers questions in your text. Work until the task is done, then say in a few sentences what you did and found.',
      'When you cannot do the task, say plainly what is missing.',
      'Afterwards fusion-kit verifies the result itself in a clean checkout; your word is not the proof. Run the checks yourself first.',
    ]),
  );
}

/** The task, its inputs, and what is expected at the end. Pure. */
export function taskPrompt({ title, work, inputs, services }: Asked): string {
  return paragraphs(
    `Task: ${title}`,
    work.prompt,
    ...Object.entries(inputs).map(([name, value]) => `Input ${name}:\n${value}`),
    work.outputs.length > 0 ? outputsWanted(work, services !== undefined) : undefined,
    list('fusion-kit will verify your work with:', work.verify),
    work.expectsChanges ? 'The task is done only when files have changed.' : undefined,
    list('The task is done only when at least one of these has changed:', work.files ?? []),
    list('You may change files here and nowhere else:', work.writes ?? []),
  );
}

function outputsWanted({ outputs, outputSchemas }: Turn['work'], tool: boolean): string {
  const lines = outputs.map((name) => {
    const schema = outputSchemas?.[name];
    return schema ? `${name}: JSON text that keeps to ${JSON.stringify(schema)}` : name;
  });
  const block = `a block at the end of your last answer, a text for each:\n\`\`\`${OUTPUTS_BLOCK}\n${JSON.stringify(Object.fromEntries(outputs.map((name) => [name, '…'])))}\n\`\`\``;
  const how = tool
    ? `Give them by the tool fusion_finish of the MCP server "fusion"; if you do not have it, by ${block}`
    : `Give them by ${block}`;
  return paragraphs(list('The task asks for these outputs:', lines), how);
}

/** Said once to a program that stopped without what was asked of it, or with what does not fit. Pure. */
export function repairPrompt(
  { work, services }: Asked,
  missing: readonly string[],
  misfits: readonly string[],
): string {
  return paragraphs(
    missing.length > 0 ? `You stopped without these outputs: ${missing.join(', ')}.` : undefined,
    list('These outputs do not fit:', misfits),
    outputsWanted(work, services !== undefined),
    'If you cannot give them, say plainly what is missing.',
  );
}

/** Said to a program whose answer was cut off by a limit of its own. */
export const GO_ON = 'You were cut off. Go on with your task from where you are.';

/** What the conversation held that a program has lost, so that it does not begin from nothing. Pure. */
export function accountOf(history: readonly RuntimeEvent[]): string | undefined {
  const lines = history.flatMap(accountLine);
  if (lines.length === 0) return undefined;
  return `You have worked on this task before, and your memory of it is lost. This is what was done then; the workspace is as you left it:\n\n${bounded(lines.join('\n'), ACCOUNT_MAX)}`;
}

function accountLine(event: RuntimeEvent): string[] {
  switch (event.type) {
    case 'turn.told':
      return [`You were told: ${bounded(event.text, PART_MAX)}`];
    case 'step.answered':
      return event.text ? [`You said: ${bounded(event.text, PART_MAX)}`] : [];
    case 'tool.called':
      return [`You used ${event.tool}: ${bounded(event.input, PART_MAX)}`];
    case 'tool.returned':
      return [`It ${event.isError ? 'failed' : 'gave'}: ${bounded(event.output, PART_MAX)}`];
    default:
      return [];
  }
}

const list = (heading: string, lines: readonly string[]): string | undefined =>
  lines.length === 0 ? undefined : [heading, ...lines.map((line) => `- ${line}`)].join('\n');
export const paragraphs = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join('\n\n');
