import { join } from 'node:path';
import type { Agent } from '../agents.ts';
import { messageOf, type Failure } from '../failure.ts';
import { panel, plain } from '../panel.ts';
import type { World } from '../world.ts';
import type { Kept } from '../write/write-template.ts';
import { COMMIT_MESSAGE, type GitOutcome } from './git-step.ts';
import type { Target } from './target.ts';

export function localPackagePanel(path: string, world: World): string {
  const lines = [
    `Using ${plain(path)}`,
    'It comes from this directory, not with specify. Whoever put it there decides which commands your agent is given.',
    'It is not deleted.',
  ];
  return panel(world, 'Local template package', lines, 'yellow');
}

export function keptPanel(kept: readonly Kept[], world: World): string {
  return panel(
    world,
    'Kept as they are',
    kept.map(({ path, why }) => `${plain(path)}: ${plain(why)}`),
    'yellow',
  );
}

export function gitFailedPanel(
  { command, exitCode, stderr }: GitOutcome & { state: 'failed' },
  target: Target,
  world: World,
): string {
  const lines = [
    'The project is complete, but its git repository is not.',
    `${command} ended with exit code ${exitCode}${stderr === '' ? '' : ':'}`,
    ...stderr
      .split('\n')
      .filter(Boolean)
      .map((line) => `  ${plain(line)}`),
    '',
    'By hand:',
    `  cd ${quoted(target.path)}`,
    '  git init',
    '  git add .',
    `  git commit -m "${COMMIT_MESSAGE}"`,
  ];
  return panel(world, 'Git repository not finished', lines, 'yellow');
}

export function folderPanel({ folder }: Agent, world: World): string {
  const lines = [
    `Some agents keep credentials or other private files in their folder of a project, here ${folder}`,
    `Consider adding ${folder}, or parts of it, to .gitignore.`,
  ];
  return panel(world, 'Keep secrets out of the repository', lines, 'yellow');
}

/**
 * @param agent whose commands are files that it may have to be told of; nothing when it finds them by itself
 * @param slash how a command is called: `/speckit.plan`, or `/speckit-plan` where commands are skills
 */
export function nextStepsPanel(
  target: Target,
  agent: Agent | undefined,
  slash: (command: string) => string,
  world: World,
): string {
  const first = target.typed === undefined ? 'You are in the project directory already.' : `cd ${quoted(target.typed)}`;
  const steps = [first];
  if (agent?.key === 'codex') {
    const home = join(target.path, '.codex');
    const set = world.platform === 'win32' ? `setx CODEX_HOME "${plain(home)}"` : `export CODEX_HOME=${quoted(home)}`;
    steps.push(`Tell Codex where its commands are:\n     ${set}`);
  }
  steps.push('Use the slash commands in your agent:');
  const last = steps.length;
  const commands = [
    ['constitution', 'the principles of the project'],
    ['specify', 'what is to be built, and why'],
    ['plan', 'how it is going to be built'],
    ['tasks', 'the plan as a list of tasks'],
    ['implement', 'the tasks, carried out'],
  ] as const;
  const lines = [
    ...steps.flatMap((step, at) => `${at + 1}. ${step}`.split('\n')),
    ...commands.map(([command, meaning], at) => `   ${last}.${at + 1} ${slash(command)} - ${meaning}`),
  ];
  return panel(world, 'Next steps', lines, 'cyan');
}

export function enhancementsPanel(slash: (command: string) => string, world: World): string {
  const lines = [
    `${slash('clarify')} (optional, before ${slash('plan')}) - asks about what the specification leaves open`,
    `${slash('analyze')} (optional, after ${slash('tasks')}, before ${slash('implement')}) - finds what does not fit together`,
    `${slash('checklist')} (optional, after ${slash('plan')}) - questions that show whether the requirements are complete`,
  ];
  return panel(world, 'Commands for better results', lines, 'cyan');
}

const TITLES = { fetch: 'Could not read the release', download: 'Could not download', no_asset: 'No fitting package' };

/** What is said of a failed set-up: what the network answered first, then that nothing came of it. */
export function failurePanels(thrown: unknown, failure: Failure | undefined, debug: boolean, world: World): string {
  const panels: string[] = [];
  const reason = plain(failure?.message ?? messageOf(thrown));
  const why = failure ? [...failure.lines.map(plain), ...(debug ? failure.details.map(plain) : [])] : [];
  const ofNetwork = failure && failure.kind in TITLES;
  if (ofNetwork) panels.push(panel(world, TITLES[failure.kind as keyof typeof TITLES], [reason, ...why], 'red'));
  panels.push(
    panel(world, 'Initialization failed', [reason, ...(ofNetwork ? [] : why), 'Nothing was left behind.'], 'red'),
  );
  if (debug) {
    const lines = [
      `Node      ${process.version}`,
      `Platform  ${world.platform} ${process.arch}`,
      `CWD       ${plain(world.cwd)}`,
    ];
    panels.push(panel(world, 'Debug: environment', lines, 'yellow'));
  }
  return panels.join('');
}

/** For a POSIX shell; a plain word stays as it was typed. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${plain(text).replaceAll("'", "'\\''")}'`;
}
