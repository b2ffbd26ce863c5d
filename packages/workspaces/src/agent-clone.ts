import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';
import { authorEnvironment } from './bare-repository.ts';
import { type CagePlan, cageCommand, runScript } from './cage.ts';
import { COMMIT_ID, FUSION_KIT_IDENTITY, gitEnvironment } from './git.ts';

// The scripts below are all the git that is ever run in an agent's repository, and they run inside its cage: whatever its
// configuration, attributes or alternates make git do, git does it with the agent's own rights.

const CREATE = `
git init --quiet --template= --object-format="$2" .
mkdir -p .git/objects/info
printf '%s\\n' "$1/objects" >.git/objects/info/alternates
git remote add origin "$1"
git config user.name "$3"
git config user.email agent@fusion-kit.invalid
`;

/** Locks that a killed git left (nothing of the agent runs now), and the edge of a shallow history, which borrowed objects do not tell. */
const TIDY = `
find .git -path .git/objects -prune -o -name '*.lock' -type f -exec rm -f {} +
if [ -f "$STORE/shallow" ]; then cp "$STORE/shallow" .git/shallow; else rm -f .git/shallow; fi
`;

/** Makes everything that lies about into one commit on HEAD, or takes HEAD when there is nothing new; prints it. */
const COMMIT_ALL = `
${TIDY}
head=$(git rev-parse --quiet --verify 'HEAD^{commit}') || exit 0
git add --all
tree=$(git write-tree)
commit=$head
if [ "$tree" != "$(git rev-parse "$head^{tree}")" ]; then commit=$(git commit-tree "$tree" -p "$head" -m "$1"); fi
`;

const SNAPSHOT = `${COMMIT_ALL}
git update-ref HEAD "$commit"
git update-ref refs/fusion/snapshot "$commit"
printf '%s' "$commit"
`;

const LEFTOVERS = `${COMMIT_ALL}
git update-ref refs/fusion/leftovers "$commit"
printf '%s' "$commit"
`;

const START = `
${TIDY}
git checkout --quiet --force -B "$1" "$2" --
git clean --quiet -ffd
`;

const CONTINUE = `
${TIDY}
git rev-parse --quiet --verify HEAD >/dev/null || exit 0
git branch --force "$1" HEAD
git symbolic-ref HEAD "refs/heads/$1"
printf yes
`;

/** An agent's repository, spoken to only through its cage. */
export interface AgentClone {
  create(objectFormat: string, name: string): Promise<void>;
  /** Commits what lies about, and answers with the commit that holds it; undefined in a repository without commits. */
  leftovers(): Promise<string | undefined>;
  start(branch: string, base: string): Promise<void>;
  /** Puts the work as it lies on a branch; false when there is none. */
  resume(branch: string): Promise<boolean>;
  snapshot(message: string, author: string): Promise<string>;
  /** Git's far side of a fetch, inside the cage. */
  uploadPack(): Promise<CommandLine>;
}

/** @param store absolute path of the project store, from which the clone borrows objects; the plan's cage can read it */
export function agentClone(plan: CagePlan, store: string): AgentClone {
  const env = { ...FUSION_KIT_IDENTITY, STORE: store };

  /** Without a cage nothing else keeps git from following the clone to other repositories. */
  async function requireSafe(): Promise<void> {
    if (plan.sandbox.id === 'none' && !(await borrowsOnlyFrom(plan.cwd, store)))
      throw new FusionError('workspace_failed', `${plan.cwd} borrows objects from elsewhere than the project store`);
  }

  async function run(doing: string, script: string, args: readonly string[] = [], more = {}): Promise<string> {
    await requireSafe();
    return await runScript(plan, { doing: `${doing} in ${plan.cwd}`, script, args, env: { ...env, ...more } });
  }

  async function commit(doing: string, script: string, message: string, more = {}): Promise<string | undefined> {
    const printed = await run(doing, script, [message], more);
    if (printed === '') return undefined;
    if (!COMMIT_ID.test(printed)) throw new FusionError('workspace_failed', `${doing} in ${plan.cwd} named no commit`);
    return printed;
  }

  return {
    async create(objectFormat, name) {
      await runScript(plan, {
        doing: `Making the clone ${plan.cwd}`,
        script: CREATE,
        args: [store, objectFormat, name],
        env,
      });
    },
    leftovers: () => commit('Keeping what lies about', LEFTOVERS, 'What an agent left before its next task'),
    async start(branch, base) {
      await run(`Starting ${branch}`, START, [branch, base]);
    },
    async resume(branch) {
      return (await run(`Going on with ${branch}`, CONTINUE, [branch])) === 'yes';
    },
    async snapshot(message, author) {
      const taken = await commit('Taking a snapshot', SNAPSHOT, message, authorEnvironment(author));
      if (!taken) throw new FusionError('workspace_failed', `The workspace ${plan.cwd} holds no commit to build on`);
      return taken;
    },
    async uploadPack() {
      await requireSafe();
      return cageCommand({ ...plan, network: 'none' }, '/bin/sh', ['-c', 'exec git upload-pack "$0"', plan.cwd], {
        env: gitEnvironment(),
      });
    },
  };
}

/** Whether the clone names the store, and nothing else, as where its objects may lie. Read as a plain file: git would follow it. */
async function borrowsOnlyFrom(tree: string, store: string): Promise<boolean> {
  try {
    for (const part of ['.git', '.git/objects', '.git/objects/info'])
      if (!(await lstat(join(tree, part))).isDirectory()) return false;
    const path = join(tree, '.git/objects/info/alternates');
    return (await lstat(path)).isFile() && (await readFile(path, 'utf8')) === `${join(store, 'objects')}\n`;
  } catch {
    return false;
  }
}
