import { createHash } from 'node:crypto';

export const CONSTITUTION = '.specify/memory/constitution.md';

/** Constitutions that earlier releases put into projects: one of them means that nobody has edited it. */
const UNTOUCHED = new Set(['ce7549540fa45543cca797a150201d868e64495fdff39dc38246fb17bd4024b3']);

/** Whether a project's constitution holds words of its own. */
export const isEdited = (theirs: Uint8Array, template: Uint8Array): boolean =>
  !Buffer.from(theirs).equals(template) && !UNTOUCHED.has(createHash('sha256').update(theirs).digest('hex'));

/** Where the new one goes beside an edited one: names in the order in which they are tried. */
export function* namesBeside(path: string): Generator<string> {
  const stem = path.replace(/\.md$/, '');
  yield `${stem}.new.md`;
  for (let number = 2; ; number += 1) yield `${stem}.new-${number}.md`;
}
