import * as z from 'zod';

/** The most that one dispatch may tell of its progress. */
export const PROGRESS_OF_DISPATCH = 200;

/** How far an agent says it has come. */
export const Progress = z.object({
  text: z.string().trim().min(1).max(500),
  percent: z.int().min(0).max(100).optional(),
});
export type Progress = z.infer<typeof Progress>;

/** The latest, when it was told, and how often the dispatch has told something. */
export const ToldProgress = Progress.extend({ at: z.int(), count: z.int().positive() });
export type ToldProgress = z.infer<typeof ToldProgress>;
