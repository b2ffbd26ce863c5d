import type { Outline } from './outline.ts';
import type { Oddities } from './warnings.ts';

const STORY = /user story (\d{1,4})(?!\d)/gi;

/** Sentences of the form "User Story 3 … depends on User Story 1", as stories by those they depend on. Only earlier ones count. */
export function storyDependencies(prose: Outline['prose'], odd: Oddities): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { text, line } of prose) {
    const at = text.toLowerCase().search(/\bdepends on\b/);
    if (at === -1 || /\b(?:not|no|if|may|optional)\b/i.test(text.slice(0, at))) continue;
    const stories = [...text.slice(0, at).matchAll(STORY)].map(([, number]) => Number(number));
    const [story] = stories;
    if (stories.length !== 1 || story === undefined) continue;
    for (const [, number] of text.slice(at).matchAll(STORY)) {
      const other = Number(number);
      if (other >= story) continue;
      const needs = found.get(`US${story}`) ?? new Set();
      found.set(`US${story}`, needs.add(`US${other}`));
      odd.add(
        'sentences order stories',
        line,
        `user story ${story} waits for user story ${other}, as this sentence says`,
      );
    }
  }
  return found;
}
