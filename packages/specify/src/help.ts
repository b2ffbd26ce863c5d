import type { World } from './world.ts';

type Row = readonly [term: string, meaning: string];

const COMMANDS: readonly Row[] = [
  ['init', 'set a project up for spec-driven work with an agent'],
  ['check', 'which of the tools that may be needed are installed'],
  ['version', 'print the version (also -V)'],
];
const INIT: readonly Row[] = [
  ['PROJECT_NAME', 'directory to create; . means here'],
  ['--ai KEY', 'agent to set up; also --integration KEY'],
  ['--script sh|ps', 'flavour of the scripts: POSIX shell or PowerShell'],
  ['--here', 'set up the current directory instead of a new one'],
  ['--force', 'with --here: do not ask when the directory is not empty'],
  ['--no-git', 'create no git repository'],
  ['--ignore-agent-tools', 'do not look for the executable of the agent'],
  ['--release [TAG]', 'download the templates of a release instead of using the built-in ones'],
  ['--skills', 'write the commands as skills, for agents that have them'],
  ['--github-token T', 'token for the download (default: GH_TOKEN, then GITHUB_TOKEN)'],
  ['--skip-tls', 'do not verify certificates when downloading'],
  ['--debug', 'say more when something fails'],
];
const HELP: readonly Row[] = [['--help', 'show this']];

function table(title: string, rows: readonly Row[], { paint }: World): string {
  const width = Math.max(...rows.map(([term]) => term.length)) + 2;
  return [
    paint.bold(title),
    ...rows.map(([term, meaning]) => `  ${paint.cyan(term.padEnd(width))}${meaning}`),
    '',
  ].join('\n');
}

export function rootHelp(world: World): string {
  return [
    `${world.paint.bold('Usage:')} specify COMMAND [OPTIONS]\n`,
    table('Commands', COMMANDS, world),
    table('Options', HELP, world),
    "'specify COMMAND --help' tells more.\n",
  ].join('\n');
}

/** @param agentKeys every key that `--ai` takes */
export function initHelp(world: World, agentKeys: readonly string[]): string {
  const { paint } = world;
  return [
    `${paint.bold('Usage:')} specify init [PROJECT_NAME] [OPTIONS]\n`,
    'Creates PROJECT_NAME, or sets up the current directory, with the templates, scripts and',
    '/speckit commands that an agent works with. Needs no network.\n',
    table('Options', [...INIT, ...HELP], world),
    `${paint.bold('Agents')}\n  ${agentKeys.slice(0, 8).join(', ')},\n  ${agentKeys.slice(8).join(', ')}\n`,
    paint.bold('Examples'),
    '  specify init my-project --ai claude',
    '  specify init . --ai copilot --script ps',
    '  specify init --here --force --ai gemini --no-git\n',
  ].join('\n');
}

export function checkHelp(world: World): string {
  return [
    `${world.paint.bold('Usage:')} specify check\n`,
    'Looks for git, the executables of the agents and Visual Studio Code on the PATH. Runs none of them.\n',
    table('Options', HELP, world),
  ].join('\n');
}
