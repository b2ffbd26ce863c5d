/** What the house has to know of the work of one kind of node, whoever carries it out. All pure. */
export interface KindRules<Work> {
  /** The texts in which expressions are filled in at dispatch, by their key. */
  templates(work: Work): Record<string, string>;
  /** The outputs it declares, which later nodes may speak of. */
  outputs(work: Work): readonly string[];
  /** What speaks for its result: commands that fusion-kit runs in a clean checkout, and whether files must have changed. */
  proof(work: Work): Proof;
}

export interface Proof {
  verify: readonly string[];
  expectsChanges: boolean;
}
