import * as z from 'zod';
import { Credentials } from './leash.ts';

/** Whether something that agents need is here, said for people; `remedy` when it is not. */
const Standing = z.object({ ok: z.boolean(), message: z.string(), remedy: z.string().optional() });
export type Standing = z.infer<typeof Standing>;

/** One way of working that agents may be given, as this machine has it: fusion-kit's own loop, or a program. */
export const RuntimeView = z.object({
  /** As agents name it by `program`; absent for the loop. */
  program: z.string().optional(),
  title: z.string(),
  /** The user's own, of `agents.json`. */
  own: z.boolean(),
  /** The runtimes that start it, best first, and whether they find it here. */
  ways: z.array(
    z.object({
      runtime: z.string(),
      installed: Standing,
      version: z.string().optional(),
      /** The file that is started. */
      at: z.string().optional(),
    }),
  ),
  /** Whether it can work by each kind of credentials; one that is not named is none of its. */
  credentials: z.partialRecord(Credentials, Standing),
  /** Whether an agent of it can work now, and what keeps it where it cannot. */
  usable: Standing.extend({ lacks: z.enum(['sandbox', 'program', 'model']).optional() }),
});
export type RuntimeView = z.infer<typeof RuntimeView>;

export const RuntimeQuery = z.object({
  /** Whose models are asked by the gateway; the one that agents without one of their own have when absent. */
  provider: z.string().min(1).max(64).optional(),
});
