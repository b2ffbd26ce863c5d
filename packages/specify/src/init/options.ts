import type { OptionKind } from '../parse-options.ts';
import { atMostWords, parseOptions } from '../parse-options.ts';

export interface InitOptions {
  /** As typed; undefined when there is none. An empty one counts as none. */
  name: string | undefined;
  here: boolean;
  ai: string | undefined;
  script: string | undefined;
  force: boolean;
  git: boolean;
  checkAgentTools: boolean;
  /** `--release`: a tag, or '' for the latest; undefined when not given. */
  release: string | undefined;
  skills: boolean;
  githubToken: string | undefined;
  skipTls: boolean;
  debug: boolean;
}

const COMMAND = 'specify init';
/** What may follow `--release` as its tag; any other word is the name of the project. */
const TAG = /^(v?\d+\.\d+\.\d+\S*|latest)$/;
const KINDS = {
  ai: 'value',
  integration: 'value',
  script: 'value',
  here: 'flag',
  force: 'flag',
  'no-git': 'flag',
  'ignore-agent-tools': 'flag',
  'skip-tls': 'flag',
  debug: 'flag',
  'github-token': 'value',
  release: { optional: (word: string) => TAG.test(word) },
  skills: 'flag',
} as const satisfies Record<string, OptionKind>;

/**
 * Reads the command line of `specify init`; nothing when help was asked for.
 *
 * @throws {Failure} `usage`
 */
export function initOptions(argv: readonly string[]): InitOptions | undefined {
  const { options, words, help } = parseOptions(argv, KINDS, COMMAND);
  if (help) return undefined;
  atMostWords(words, 1, COMMAND);
  const flag = (name: keyof typeof KINDS) => options.has(name);
  const text = (name: keyof typeof KINDS) => options.get(name) as string | undefined;
  const release = text('release');
  return {
    // The name `.` is another way to say `--here`.
    name: words[0] === '.' ? undefined : words[0] || undefined,
    here: flag('here') || words[0] === '.',
    ai: (options.has('ai') ? text('ai') : text('integration')) || undefined,
    script: text('script') || undefined,
    force: flag('force'),
    git: !flag('no-git'),
    checkAgentTools: !flag('ignore-agent-tools'),
    release: release === 'latest' ? '' : release,
    skills: flag('skills'),
    githubToken: text('github-token'),
    skipTls: flag('skip-tls'),
    debug: flag('debug'),
  };
}
