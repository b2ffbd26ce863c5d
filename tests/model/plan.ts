import type { NodeWork } from '@fusion-kit/domain/node';
import type { Accept } from '@fusion-kit/domain/task';
import * as fc from 'fast-check';

/** A graph and what happens to it, as choices: numbers are taken modulo what there is to choose from. */
export interface Plan {
  nodes: readonly PlannedNode[];
  agents: number;
  concurrency: number | undefined;
  tokens: number | undefined;
  check: boolean;
  /** In how many rounds at the end agents still fail. */
  failing: number;
  steps: readonly Step[];
}
export interface PlannedNode {
  kind: NodeWork['kind'];
  needs: readonly { node: number; accept: readonly Accept[] }[];
  when: boolean;
  retries: number;
  picky: boolean;
}
export interface Step {
  act: (typeof ACTS)[number];
  a: number;
  b: number;
}

/** What may happen next; what is listed more often happens more often. */
export const ACTS = [
  ...words('look race race race race assignWildly'),
  ...words(
    'attend attend attend attend attend attend attend work work work work deliver deliver deliver deliver deliverLate deliverLate repeat',
  ),
  ...words('land land mergeOnly conflict conflict cancelLanding'),
  ...words('house house house house answer'),
  ...words('arrive arrive breakAgent respawn pauseAgent resumeAgent terminate'),
  ...words('pauseRun resumeRun cancelRun cancelTask skipTask reprioritize'),
  ...words('crash breakCommit'),
  ...words('reserve reserve settle stall stall revive message wait wait rerun conclude lose'),
] as const;

function words<Text extends string>(text: Text): Words<Text>[] {
  return text.split(' ') as Words<Text>[];
}
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;

const accept: fc.Arbitrary<Accept[]> = fc.constantFrom<Accept[][]>(
  ['completed'],
  ['completed'],
  ['completed', 'skipped'],
  ['skipped'],
  ['failed'],
  ['completed', 'skipped', 'failed'],
);
const kinds = words('agent agent agent agent command condition join approval map loop subworkflow');
const node: fc.Arbitrary<PlannedNode> = fc.record({
  kind: fc.constantFrom(...kinds),
  needs: fc.array(fc.record({ node: fc.nat(20), accept }), { maxLength: 3 }),
  when: fc.nat(3).map((asked) => asked === 0),
  retries: fc.nat(2),
  picky: fc.boolean(),
});
const seldom = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });

/** Without the usual liking for small numbers: nearly all choices would be the first one. */
const choice = fc.noBias(fc.nat(1_000));

export const plan: fc.Arbitrary<Plan> = fc.record({
  nodes: fc.array(node, { minLength: 1, maxLength: 7 }),
  agents: fc.integer({ min: 1, max: 3 }),
  concurrency: seldom(fc.integer({ min: 1, max: 2 })),
  tokens: seldom(fc.constantFrom(100, 300)),
  check: fc.boolean(),
  failing: fc.nat(4),
  steps: fc.array(fc.record({ act: fc.constantFrom(...ACTS), a: choice, b: choice }), {
    minLength: 20,
    maxLength: 150,
    size: 'max', // short lives hardly come to the parts that are worth trying
  }),
});
