import * as z from 'zod';

/** A program's login as it is kept: what its files hold, by their paths below the HOME. */
export const KeptLogin = z.strictObject({
  program: z.string(),
  /** Milliseconds since 1970. */
  madeAt: z.int(),
  /** Where it came from, for people: `copied from /home/mia`. */
  from: z.string(),
  files: z.record(z.string(), z.string()),
  /** Parts of files that hold more than the login. */
  parts: z.record(z.string(), z.record(z.string(), z.unknown())),
  /** A token that a vendor gave out, in place of files. */
  token: z.string().optional(),
});
export type KeptLogin = z.infer<typeof KeptLogin>;
