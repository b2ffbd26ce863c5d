import { INTEGRATION_WARNING } from './carry.ts';
import { nodeId, nodeOf, type Part, type Place, remember, wordsOf } from './place.ts';
import type { StepOf } from './step.ts';

/** A command of an agent takes as long as it takes; this is when something is wrong. */
const COMMAND_MS = 4 * 3_600_000;
const PROMPT_S = 300;

/** A slash command: its agent looks up the file of the command in the project and does what that says. */
export function commandStep(step: StepOf<'command'>, place: Place): Part {
  const words = wordsOf(step, place);
  const { command, input } = step.fields;
  const name = command.replace(/^\//, '');
  const args = words.template(input?.args ?? '', 'input', 'args');
  const others = Object.keys(input ?? {}).filter((key) => key !== 'args');
  if (others.length > 0)
    place.carry.warn([...step.path, 'input'], `only args of a command's input is passed on, not ${others.join(', ')}`);
  const prompt = [
    `Carry out the command /${name} of Spec Kit.`,
    args === '' ? 'It is given no arguments.' : `Its arguments, which the file calls $ARGUMENTS:\n\n${args}`,
    `The command is described in a file of this project that is called after it: ${name}.md, ${name}.prompt.md, ${name}.toml or ${name.replaceAll('.', '-')}/SKILL.md in the directories of agents (.claude, .factory, .github, .gemini, .agents and the like), else ${name.replace(/^speckit\./, '')}.md in .specify/templates/commands. Read that file first and do what it says, to the end.`,
  ].join('\n\n');
  return agentPart(step, place, { prompt, timeoutMs: COMMAND_MS, title: `/${name}` });
}

export function promptStep(step: StepOf<'prompt'>, place: Place): Part {
  const words = wordsOf(step, place);
  const timeoutMs = (step.fields.timeout ?? PROMPT_S) * 1_000;
  return agentPart(step, place, { prompt: words.template(step.fields.prompt, 'prompt'), timeoutMs, title: step.id });
}

function agentPart(
  step: StepOf<'command'> | StepOf<'prompt'>,
  place: Place,
  { prompt, timeoutMs, title }: { prompt: string; timeoutMs: number; title: string },
): Part {
  const { carry } = place;
  const { integration, model, options } = step.fields;
  if (prompt.length > 10_000)
    carry.problem(step.path, `step ${step.id} has a prompt of ${prompt.length} characters; the limit is 10000`);
  if (options !== undefined && options !== null)
    carry.warn([...step.path, 'options'], 'options of a step are not passed on');
  if (integration !== undefined && integration !== null) carry.warn([], INTEGRATION_WARNING);
  const isFixed = model !== undefined && model !== null && !model.includes('{{');
  if (model?.includes('{{') === true)
    carry.warn([...step.path, 'model'], 'a model has to be named: any agent does the step');
  const id = nodeId(step.id, place);
  const asked: string[] = [];
  const lists: Record<string, Record<string, unknown>> = {};
  remember(step, place, id, {
    asked,
    lists,
    outputs: {
      exit_code: `(nodes.${id}.state == 'completed' and '0' or '1')`,
      dispatched: 'true',
      stdout: `nodes.${id}.outputs.summary`,
      stderr: "''",
      whole: `nodes.${id}.outputs.summary`,
    },
  });
  const work = {
    kind: 'agent' as const,
    prompt: prompt.slice(0, 10_000),
    outputs: asked,
    outputSchemas: lists,
    verify: [],
    expectsChanges: false,
    ...(isFixed && { wants: { model } }),
    maxSteps: 200,
  };
  return {
    nodes: [nodeOf(id, work, place.needs, { title, timeoutMs, retries: 1 })],
    exits: [{ id, accept: ['completed'] }],
  };
}
