import { AGENTS } from '../src/agents.ts';
import { TAGLINE } from '../src/banner.ts';

/** By what a message of this class is recognised in what the command printed, blanks and line ends taken as one blank. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  BANNER: new RegExp(TAGLINE.replaceAll('.', String.raw`\.`)),
  HINT_HELP: /'specify --help' tells/,
  USAGE_ERROR: /Usage error: /,
  E_NAME_AND_HERE: /Both a project name and --here/,
  E_NO_NAME: /No project name/,
  E_NO_AGENT: /No agent chosen .*--ai KEY/,
  W_DIR_NOT_EMPTY: /Warning: the current directory is not empty \(\d+ entr/,
  I_FORCE: /--force: going on/,
  PROMPT_CONFIRM: /Go on\? \[y\/N\]:/,
  PROMPT_INVALID: /Please answer y or n\./,
  I_CANCELLED: /Cancelled\. Nothing was changed\./,
  ABORTED: /Aborted\./,
  E_DIR_CONFLICT: /Directory conflict/,
  PANEL_SETUP: /Setting up a specify project .*Project .*Working path /,
  W_GIT_NOT_FOUND: /Git was not found/,
  E_BAD_AI: /Invalid agent/,
  E_BAD_SCRIPT: /Invalid script flavour/,
  E_AGENT_MISSING: /Agent not found .*--ignore-agent-tools/,
  MENU_AI: /Choose your AI agent:/,
  MENU_SCRIPT: /Choose the flavour of the scripts:/,
  I_SELECTION_CANCELLED: /Selection cancelled/,
  I_SELECTED: /Selected agent: \S+ Selected scripts: \S+/,
  E_FETCH: /Could not read the release/,
  E_NO_ASSET: /No fitting package/,
  E_DOWNLOAD: /Could not download/,
  E_INIT_FAILED: /Initialization failed/,
  DEBUG_ENV: /Debug: environment .*Node .*Platform .*CWD /,
  TRACKER:
    /Initialize the project .*Check the tools \(ok\).*Agent \(.*Scripts \(.*Find the templates \(.*Download \(.*Extract .*Contents \(\d+ entries\).*Extracted \(.*items\).*Executable scripts \(\d+ updated\).*Clean up.*Git repository \(.*Finish \(project ready\)/,
  I_READY: /Project ready\./,
  W_LOCAL_PACKAGE: /Local template package/,
  W_KEPT: /Kept as they are/,
  W_GIT_INIT_FAILED: /Git repository not finished .*exit code \d+.*cd .*git init.*git add \..*git commit -m/,
  W_AGENT_FOLDER: /Keep secrets out of the repository .*\.gitignore/,
  NEXT_STEPS: /Next steps .*speckit.constitution.*speckit.specify.*speckit.plan.*speckit.tasks.*speckit.implement/,
  NEXT_CODEX_HOME: /CODEX_HOME=\S*\.codex/,
  ENHANCEMENTS: /Commands for better results .*speckit.clarify.*speckit.analyze.*speckit.checklist/,
  CHECK_TREE: new RegExp(
    ['Git', ...AGENTS.map(({ name }) => name), 'Visual Studio Code', 'Visual Studio Code Insiders']
      .map((name) => `── \\S ${name} \\(`)
      .join('.*'),
  ),
  CHECK_READY: /specify is ready to use\./,
  TIP_GIT: /Tip: install git/,
  TIP_AI: /Tip: install an AI agent/,
};

/** Text without frames and colours, on one line. */
export const flat = (text: string): string => text.replaceAll(/^[│╭╰]─* ?/gm, '').replaceAll(/\s+/g, ' ');

/** The classes of every message in what was printed, sorted. */
export function classesIn(text: string): string[] {
  const line = flat(text);
  return Object.entries(SHAPES)
    .flatMap(([name, shape]) => (shape.test(line) ? [name] : []))
    .toSorted();
}
