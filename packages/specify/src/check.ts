import { AGENTS } from './agents.ts';
import { banner } from './banner.ts';
import { findExecutable, isInstalled } from './find-executable.ts';
import { stepTree } from './step-tree.ts';
import type { World } from './world.ts';

/** What is looked for beside the agents. */
const EDITORS = [
  ['code', 'Visual Studio Code'],
  ['code-insiders', 'Visual Studio Code Insiders'],
] as const;

/** `specify check`: which tools are installed. Always 0, since none of them is needed by everybody. */
export function check(world: World): number {
  world.out(`${banner(world)}Looking for installed tools …\n\n`);
  const tree = stepTree('Tools', world);
  const tell = (key: string, name: string, found: boolean) => {
    tree.add(key, name);
    if (found) tree.done(key, 'found');
    else tree.fail(key, 'not found');
    return found;
  };
  const hasGit = tell('git', 'Git', findExecutable('git', world) !== undefined);
  let agents = 0;
  for (const agent of AGENTS) {
    if ('executable' in agent) {
      if (tell(agent.key, agent.name, isInstalled(agent, world))) agents += 1;
    } else {
      tree.add(agent.key, agent.name);
      tree.skip(agent.key, 'lives in an editor, nothing to look for');
    }
  }
  for (const [command, name] of EDITORS) tell(command, name, findExecutable(command, world) !== undefined);
  tree.print();
  world.out(`${world.paint.green('specify is ready to use.')}\n`);
  if (!hasGit) world.out('Tip: install git, so that your project has a history (https://git-scm.com/downloads)\n');
  if (agents === 0) world.out('Tip: install an AI agent with a command line, or use one that lives in your editor\n');
  return 0;
}
