import * as z from 'zod';
import { Expression, OutputTemplates } from './fields.ts';
import { keyed, type KindRules, NO_PROOF } from './kind.ts';

export const MAP_ITEMS_MAX = 10_000;

/**
 * Its body once for every item of a list, at most `width` items at a time; the ids of item n (from 1) start with `id[n]/`. In the body `item` and `index` (from 1) may be spoken of.
 * Its outputs: `results`, a JSON list with the outputs of each item by node (not there when it would be longer than an expression may look at), and the declared
 * ones, JSON lists with one text per item. After an item has failed no further ones are begun, unless it is tolerant; it ends when the open ones have.
 */
export const MapWork = z.object({
  kind: z.literal('map'),
  over: Expression,
  width: z.int().min(1).max(1_000).default(10),
  /** When true, items that fail leave their place in the results null and do not fail the node. */
  tolerant: z.boolean().default(false),
  outputs: OutputTemplates.default({}),
});
export type MapWork = z.infer<typeof MapWork>;

export const mapRules: KindRules<MapWork> = {
  executor: () => 'house',
  // filled when an item ends, in the words of its body, not when the node starts
  templates: () => ({}),
  expressions: ({ over }) => ({ over }),
  filled: (work) => work,
  outputs: ({ outputs }) => ['results', ...Object.keys(outputs)],
  proof: () => NO_PROOF,
};

/** Templates that speak of what ran inside a node. */
export const innerTemplates = (work: { outputs: Readonly<Record<string, string>> }): Record<string, string> =>
  keyed('outputs', work.outputs);
