import * as z from 'zod';

/** Steps inside of steps are read on their own, with places of their own. */
const Steps = z.array(z.unknown());
const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Seconds = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(?:\.\d+)?$/)
      .transform(Number),
  ])
  .pipe(z.number().positive().max(2_000_000));
const Name = z.string().nullish();
/** A number, or the default of the input that a block names. */
const Count = z.union([z.int().min(1).max(1_000), z.string().regex(/^\s*\{\{[^}]+\}\}\s*$/, 'a whole number')]);
const Flag = z.union([z.boolean(), z.string()]).optional();

const dispatched = { integration: Name, model: Name, options: z.unknown().optional() };

/** What each type of step may say, beside its id. */
export const STEP_TYPES = {
  command: z.object({
    command: z.string().min(1),
    input: z.object({ args: Text.nullish() }).loose().nullish(),
    ...dispatched,
  }),
  prompt: z.object({ prompt: z.string().min(1), timeout: Seconds.optional(), ...dispatched }),
  shell: z.object({ run: z.string().min(1), timeout: Seconds.optional(), output_format: z.literal('json').optional() }),
  init: z.object({
    project: z.string().optional(),
    here: Flag,
    integration: Name,
    integration_options: z.string().optional(),
    script: Name,
    force: Flag,
    preset: Name,
    ignore_agent_tools: Flag,
    timeout: Seconds.optional(),
  }),
  gate: z.object({
    message: z.string().min(1),
    options: z.array(Text).min(1).max(10).default(['approve', 'reject']),
    on_reject: z.enum(['abort', 'skip', 'retry']).default('abort'),
    show_file: z.string().nullish(),
    verdict_input: z.string().nullish(),
  }),
  // oxlint-disable-next-line unicorn/no-thenable -- that is what the file calls it; nobody awaits a schema's shape
  if: z.object({ condition: Text, then: Steps, else: Steps.nullish() }),
  switch: z.object({ expression: Text, cases: z.record(z.string(), Steps), default: Steps.nullish() }),
  while: z.object({ condition: Text, steps: Steps.min(1), max_iterations: Count.default(10) }),
  'do-while': z.object({ condition: Text, steps: Steps.min(1), max_iterations: Count.default(10) }),
  'fan-out': z.object({
    items: z.union([z.string(), z.array(z.union([z.string(), z.number(), z.boolean()]))]),
    step: z.record(z.string(), z.unknown()),
    max_concurrency: Count.default(1),
  }),
  'fan-in': z.object({ wait_for: z.array(z.string()).min(1), output: z.record(z.string(), Text).nullish() }),
} as const;

export type StepType = keyof typeof STEP_TYPES;
export type Fields<Type extends StepType> = z.output<(typeof STEP_TYPES)[Type]>;

/** One step, checked, with its place in the file. */
export interface StepOf<Type extends StepType> {
  id: string;
  type: Type;
  fields: Fields<Type>;
  continueOnError: boolean;
  path: readonly (string | number)[];
}
export type Step = { [Type in StepType]: StepOf<Type> }[StepType];

export const isStepType = (type: string): type is StepType => Object.hasOwn(STEP_TYPES, type);

/** What every step has. */
export const AnyStep = z.object({
  id: z
    .string()
    .min(1, 'a step has an id')
    .max(100)
    .refine((id) => !id.includes(':'), 'an id holds no colon'),
  type: z.string().default('command'),
  continue_on_error: z.boolean().default(false),
});
