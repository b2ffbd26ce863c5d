import { writeSync } from 'node:fs';
import type { Agent, AgentKey, ScriptFlavour } from '../agents.ts';
import { banner } from '../banner.ts';
import { Failure } from '../failure.ts';
import { findExecutable } from '../find-executable.ts';
import { localPackage } from '../source/local-package.ts';
import { stepTree, type StepTree } from '../step-tree.ts';
import type { World } from '../world.ts';
import { makeScriptsExecutable } from '../write/executable-bits.ts';
import { type Undoable, undoable } from '../write/undoable.ts';
import { type Kept, writeTemplate } from '../write/write-template.ts';
import { chooseAgent, chooseScript, requireInstalled } from './choose.ts';
import { type GitOutcome, gitStep } from './git-step.ts';
import { openTemplate } from './open-template.ts';
import { type InitOptions, initOptions } from './options.ts';
import { chooseTarget, setupPanel, type Target } from './target.ts';
import {
  enhancementsPanel,
  failurePanels,
  folderPanel,
  gitFailedPanel,
  keptPanel,
  localPackagePanel,
  nextStepsPanel,
} from './texts.ts';

/** Everything that was decided before the first file is written. */
interface Plan {
  target: Target;
  agent: Agent & { key: AgentKey };
  script: ScriptFlavour;
  options: InitOptions;
  hasGit: boolean;
  local: string | undefined;
}

/** The steps in the order in which they are shown. */
const STEPS = [
  ['precheck', 'Check the tools'],
  ['ai-select', 'Agent'],
  ['script-select', 'Scripts'],
  ['fetch', 'Find the templates'],
  ['download', 'Download'],
  ['extract', 'Extract'],
  ['zip-list', 'Contents'],
  ['extracted-summary', 'Extracted'],
  ['chmod', 'Executable scripts'],
  ['cleanup', 'Clean up'],
  ['git', 'Git repository'],
  ['final', 'Finish'],
] as const;

/** `specify init`. The order of the checks decides which problem is told first. */
export async function init(argv: readonly string[], world: World): Promise<number> {
  const options = initOptions(argv);
  if (!options) {
    const [{ initHelp }, { AGENTS }] = await Promise.all([import('../help.ts'), import('../agents.ts')]);
    world.out(
      initHelp(
        world,
        AGENTS.map(({ key }) => key),
      ),
    );
    return 0;
  }
  world.out(banner(world));
  const target = await chooseTarget(options, world);
  if (!target) return 0;
  world.out(setupPanel(target, world));
  const hasGit = options.git && findExecutable('git', world) !== undefined;
  if (options.git && !hasGit)
    world.out(`${world.paint.yellow('Git was not found:')} the project gets no repository.\n`);
  const agent = await chooseAgent(options.ai, world);
  if (options.checkAgentTools) requireInstalled(agent, world);
  const script = await chooseScript(options.script, world);
  world.out(
    `${world.paint.cyan('Selected agent:')}   ${agent.key}\n${world.paint.cyan('Selected scripts:')} ${script}\n`,
  );
  // Who asks for a release by an option does not want what lies around here.
  const local = options.release === undefined ? localPackage(world.cwd, agent.key, script) : undefined;
  if (local !== undefined) world.out(localPackagePanel(local, world));
  return setUp({ target, agent, script, options, hasGit, local }, world);
}

async function setUp(plan: Plan, world: World): Promise<number> {
  const tree = stepTree('Initialize the project', world);
  const disk = undoable();
  for (const [key, label] of STEPS) tree.add(key, label);
  world.out('\n');
  let done: { kept: Kept[]; git: GitOutcome };
  try {
    tree.done('precheck', 'ok');
    tree.done('ai-select', plan.agent.key);
    tree.done('script-select', plan.script);
    done = await carryOut(plan, { tree, disk }, world);
  } catch (thrown) {
    tree.erase();
    disk.undo();
    if (world.signal.aborted) throw new Failure('aborted', 'Aborted', { cause: thrown });
    const failure = thrown instanceof Failure ? thrown : undefined;
    world.out(failurePanels(thrown, failure, plan.options.debug, world));
    return 1;
  }
  tree.print();
  await tellWhatNext(plan, done, world);
  tellCaller(plan.target, world);
  return 0;
}

async function carryOut(
  { target, agent, script, options, hasGit, local }: Plan,
  { tree, disk }: { tree: StepTree; disk: Undoable },
  world: World,
): Promise<{ kept: Kept[]; git: GitOutcome }> {
  const template = await openTemplate({ agent: agent.key, script, options, local }, tree, world);
  world.signal.throwIfAborted();
  const kept = writeTemplate(template, target.path, disk);
  tree.done('extract');
  const items = `${template.topLevelCount} top-level items`;
  tree.done('extracted-summary', target.typed === undefined ? `temp ${template.topLevelCount} items` : items);
  if (world.platform === 'win32') tree.skip('chmod', 'not on Windows');
  else {
    const { updated, failed } = makeScriptsExecutable(target.path);
    const detail = `${updated} updated${failed.length > 0 ? `, ${failed.length} failed` : ''}`;
    if (failed.length > 0) tree.fail('chmod', detail);
    else tree.done('chmod', detail);
  }
  // What follows is beside the project: it ends well or badly without it.
  disk.keep();
  tree.done('cleanup', local === undefined ? '' : 'local package kept');
  const git = await repository(target, { wanted: options.git, hasGit }, tree, world);
  tree.done('final', 'project ready');
  if (template.flattened) {
    tree.add('flatten', 'Flatten');
    tree.done('flatten', 'one folder around everything taken away');
  }
  return { kept, git };
}

async function repository(
  target: Target,
  { wanted, hasGit }: { wanted: boolean; hasGit: boolean },
  tree: StepTree,
  world: World,
): Promise<GitOutcome> {
  if (!wanted) {
    tree.skip('git', '--no-git');
    return { state: 'absent' };
  }
  tree.start('git');
  const outcome = await gitStep(target.path, hasGit, world);
  if (outcome.state === 'absent') tree.skip('git', 'git is not installed');
  else if (outcome.state === 'existing') tree.done('git', 'existing repo detected');
  else if (outcome.state === 'created') tree.done('git', 'initialized');
  else tree.fail('git', 'not finished');
  return outcome;
}

/** How a command is called: `/speckit.plan`, or as a skill `/speckit-plan`, `$speckit-plan`. */
async function spelling(agent: AgentKey, skills: boolean): Promise<(command: string) => string> {
  if (!skills) return (command) => `/speckit.${command}`;
  const { SKILL_LAYOUTS } = await import('../templates/layouts.ts');
  return (command) => `${SKILL_LAYOUTS[agent]?.sigil ?? '/'}speckit-${command}`;
}

/** A program that runs this one may ask by a variable to be told where the project is, on a descriptor it has opened. */
function tellCaller({ path }: Target, { env }: World): void {
  const descriptor = Number(env['SPECIFY_PROJECT_DESCRIPTOR'] ?? '');
  if (Number.isInteger(descriptor) && descriptor > 2) writeSync(descriptor, path);
}

async function tellWhatNext(
  { target, agent, options }: Plan,
  { kept, git }: { kept: Kept[]; git: GitOutcome },
  world: World,
): Promise<void> {
  world.out(`${world.paint.bold(world.paint.green('Project ready.'))}\n`);
  if (kept.length > 0) world.out(keptPanel(kept, world));
  if (git.state === 'failed') world.out(gitFailedPanel(git, target, world));
  world.out(folderPanel(agent, world));
  const slash = await spelling(agent.key, options.skills);
  world.out(nextStepsPanel(target, options.skills ? undefined : agent, slash, world));
  world.out(enhancementsPanel(slash, world));
}
