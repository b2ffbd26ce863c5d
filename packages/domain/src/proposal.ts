import * as z from 'zod';
import { Capability } from './agent.ts';

/** What becomes of a task that an agent proposes: a person is asked, it is taken up, or it is refused. */
export const ProposalPolicy = z.enum(['ask', 'accept', 'refuse']);
export type ProposalPolicy = z.infer<typeof ProposalPolicy>;

/** The most that one dispatch, and all of a run together, may propose. */
export const PROPOSALS_OF_DISPATCH = 5;
export const PROPOSALS_OF_RUN = 50;
/** A proposal that nobody answers for so long is declined. */
export const CONSENT_MS = 24 * 3_600_000;

/** A task that an agent thinks should be done as well. `after` are tasks of the same run, by id or node, that have to be completed first. */
export const Proposal = z.object({
  title: z
    .string()
    .trim()
    .max(120)
    .regex(/^\P{Cc}+$/u, 'one line of text'),
  prompt: z.string().trim().min(1).max(6_000),
  requires: z.array(Capability).max(20),
  after: z.array(z.string().min(1).max(700)).max(20),
});
export type Proposal = z.infer<typeof Proposal>;

/** What came of a proposal. */
export const Proposed = z.object({ node: z.string(), consent: z.enum(['asked', 'given']) });
export type Proposed = z.infer<typeof Proposed>;
