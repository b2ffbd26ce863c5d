/**
 * Who carries a kind of node out: an agent of the team; a `shell` agent, which has a workspace and no model; or the house itself, which
 * needs neither.
 */
export type Executor = 'agent' | 'shell' | 'house';

/** What the house has to know of the work of one kind of node, whoever carries it out. All pure. */
export interface KindRules<Work> {
  executor(work: Work): Executor;
  /** The texts in which expressions are filled in when the node is carried out, by their key. Keys of keys are joined by a dot: `env.NAME`. */
  templates(work: Work): Record<string, string>;
  /** The texts that are an expression themselves, by their key. */
  expressions(work: Work): Record<string, string>;
  /** The same work with its templates filled in. */
  filled(work: Work, texts: Readonly<Record<string, string>>): Work;
  /** The outputs it gives, which later nodes may speak of. */
  outputs(work: Work): readonly string[];
  /** What speaks for its result. */
  proof(work: Work): Proof;
}

export interface Proof {
  /** Commands that fusion-kit runs in a clean checkout of the result. */
  verify: readonly string[];
  /** Whether files must have changed. */
  expectsChanges: boolean;
  /** Paths of which at least one must have changed: the evidence of a task that has no commands. */
  files?: readonly string[] | undefined;
  /** Globs outside of which nothing may have changed; absent: anywhere. */
  writes?: readonly string[] | undefined;
}

export const NO_PROOF: Proof = { verify: [], expectsChanges: false };

/** Texts under `<key>.<name>`, and back again. */
export const keyed = (key: string, texts: Readonly<Record<string, string>> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(texts ?? {}).map(([name, text]) => [`${key}.${name}`, text]));
export const unkeyed = (
  key: string,
  names: Readonly<Record<string, string>> | undefined,
  texts: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(names ?? {}).map(([name, text]) => [name, texts[`${key}.${name}`] ?? text]));
