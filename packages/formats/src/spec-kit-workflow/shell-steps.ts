import { nodeId, nodeOf, type Part, type Place, remember, type Words, wordsOf } from './place.ts';
import type { Fields, Step, StepOf } from './step.ts';

const TIMEOUT_S = 300;
/** Exit codes that a step may end with which goes on after errors, so that later steps can read them. */
const ANY_CODE = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 64, 70, 100, 124, 125, 126, 127, 128, 255];

export function shellStep(step: StepOf<'shell'>, place: Place): Part {
  const shell = wordsOf(step, place).shell(step.fields.run, 'run');
  return commandPart(step, place, { ...shell, title: step.id, timeout: step.fields.timeout });
}

/** `specify init` as a command, its flags as the step has them. */
export function initStep(step: StepOf<'init'>, place: Place): Part {
  const { fields } = step;
  const words = wordsOf(step, place);
  const env: Record<string, string> = {};
  const value = (name: string, text: string): string => {
    env[name] = words.template(text);
    return `"\${${name}}"`;
  };
  const flags = [
    ...(fields.project === undefined || isSaid(fields.here) ? ['--here'] : [value('SPECKIT_PROJECT', fields.project)]),
    ...named('--ai', fields.integration, value, 'SPECKIT_INTEGRATION'),
    ...named('--script', fields.script, value, 'SPECKIT_SCRIPT'),
    ...flag('--force', fields.force, words, env),
    ...flag('--ignore-agent-tools', fields.ignore_agent_tools, words, env),
  ];
  for (const key of ['preset', 'integration_options'] as const) {
    if (typeof fields[key] === 'string')
      place.carry.warn([...step.path, key], `${key} is not passed on: the command specify here has no such option`);
  }
  const run = `specify init ${flags.join(' ')}`;
  return commandPart(step, place, { run, env, title: 'specify init', timeout: fields.timeout });
}

const isSaid = (flagged: Fields<'init'>['here']): boolean => flagged === true || flagged === 'true';

const named = (
  option: string,
  text: string | null | undefined,
  value: (name: string, text: string) => string,
  name: string,
): string[] => (text === null || text === undefined || text === 'auto' ? [] : [`${option} ${value(name, text)}`]);

/** A flag that an expression decides is decided by the shell. */
function flag(option: string, said: Fields<'init'>['force'], words: Words, env: Record<string, string>): string[] {
  if (said === undefined || said === false || said === 'false') return [];
  if (isSaid(said)) return [option];
  const name = `SPECKIT${option.slice(1).toUpperCase().replaceAll('-', '_')}`;
  env[name] = words.template(String(said));
  return [`$([ "\${${name}}" = true ] && echo ${option})`];
}

function commandPart(
  step: Extract<Step, { type: 'shell' | 'init' }>,
  place: Place,
  {
    run,
    env,
    title,
    timeout,
  }: { run: string; env: Record<string, string>; title: string; timeout: number | undefined },
): Part {
  const { carry } = place;
  if (run.length > 10_000)
    carry.problem(step.path, `step ${step.id} has a command of ${run.length} characters; the limit is 10000`);
  const id = nodeId(step.id, place);
  const of = (name: string): string => `nodes.${id}.outputs.${name}`;
  remember(step, place, id, {
    json: ['data'],
    outputs: {
      exit_code: of('exitCode'),
      stdout: of('stdout'),
      stderr: of('stderr'),
      data: of('stdout'),
      whole: of('stdout'),
    },
  });
  const variables = { ...env, ...(run.includes('SPECKIT_WORKFLOW_DIR') && { SPECKIT_WORKFLOW_DIR: carry.directory }) };
  const work = {
    kind: 'command' as const,
    run: run.slice(0, 10_000),
    ...(Object.keys(variables).length > 0 && { env: variables }),
    exitCodes: step.continueOnError ? ANY_CODE : [0],
    verify: [],
    expectsChanges: false,
  };
  const timeoutMs = Math.ceil((timeout ?? TIMEOUT_S) * 1_000);
  return { nodes: [nodeOf(id, work, place.needs, { title, timeoutMs })], exits: [{ id, accept: ['completed'] }] };
}
