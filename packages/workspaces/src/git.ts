import { execa } from 'execa';
import { FusionError, type ErrorCode } from '@fusion-kit/domain/errors';

/** Settings that win over those of any repository: nothing that a repository names is run, nothing but the local disk is reached. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.autocrlf', 'false'],
  ['commit.gpgSign', 'false'],
  // Waits for another writer of the same ref, who then is seen to have moved it.
  ['core.filesRefLockTimeout', '5000'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['init.defaultBranch', 'main'],
  ['protocol.allow', 'never'],
  ['protocol.file.allow', 'always'],
  // Whose repositories these are is fusion-kit's knowledge: the store is its own, the user's was named by the user.
  ['safe.directory', '*'],
];

/** The environment that makes every git started with it safe in the same way, inside a cage and outside. */
export function gitEnvironment(more: readonly (readonly [string, string])[] = []): Record<string, string> {
  const settings = [...SETTINGS, ...more];
  return {
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
    LC_ALL: 'C.UTF-8',
  };
}

/** As git writes its own messages and merges. */
export const FUSION_KIT_IDENTITY: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: 'fusion-kit',
  GIT_AUTHOR_EMAIL: 'fusion-kit@fusion-kit.invalid',
  GIT_COMMITTER_NAME: 'fusion-kit',
  GIT_COMMITTER_EMAIL: 'fusion-kit@fusion-kit.invalid',
};

export const COMMIT_ID = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

export interface GitCall {
  /** What is being attempted, for the error message. */
  doing: string;
  code?: Extract<ErrorCode, 'project_store_failed' | 'workspace_failed'>;
  /** Exit codes that are answers and not failures. */
  answers?: readonly number[];
  env?: Readonly<Record<string, string>>;
  settings?: readonly (readonly [string, string])[];
  /** The largest file that git may write. */
  fileBytesMax?: number;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

export interface GitAnswer {
  exitCode: number;
  stdout: string;
}

const TIMEOUT_MS = 600_000;
const OUTPUT_CHARACTERS_MAX = 64_000_000;
const ULIMIT_BLOCK_BYTES = 512;

/**
 * Runs git on the host, in a repository that fusion-kit or the user owns: never in one that an agent can write.
 *
 * @throws {FusionError} `project_store_failed` or `workspace_failed`, with git's own words
 */
export async function git(args: readonly string[], call: GitCall): Promise<GitAnswer> {
  const blocks = call.fileBytesMax === undefined ? 'unlimited' : Math.ceil(call.fileBytesMax / ULIMIT_BLOCK_BYTES);
  const result = await execa('/bin/sh', ['-c', 'ulimit -f "$0" && exec git "$@"', String(blocks), ...args], {
    env: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', ...gitEnvironment(call.settings), ...call.env },
    extendEnv: false,
    cwd: '/',
    stdin: 'ignore',
    timeout: call.timeoutMs ?? TIMEOUT_MS,
    maxBuffer: OUTPUT_CHARACTERS_MAX,
    reject: false,
    ...(call.signal && { cancelSignal: call.signal }),
  });
  call.signal?.throwIfAborted();
  if (result.exitCode !== undefined && [0, ...(call.answers ?? [])].includes(result.exitCode))
    return { exitCode: result.exitCode, stdout: result.stdout };
  const said = result.stderr.trim() || result.shortMessage || 'git said nothing';
  throw new FusionError(call.code ?? 'project_store_failed', `${call.doing}: ${said}`, { cause: result });
}
