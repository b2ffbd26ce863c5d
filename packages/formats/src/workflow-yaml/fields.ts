import { didYouMean } from '@fusion-kit/domain/nearest';
import { Expression } from '@fusion-kit/domain/nodes/fields';
import * as z from 'zod';

/** An object of the file: a key it does not know is an error that says what was probably meant. */
export const fileObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const known = Object.keys(shape);
      return issue.keys.map((key) => `unknown key ${key}${didYouMean(key, known)}`).join(', ');
    },
  });

/** One text, or a list of them; read as a list. */
export const oneOrMany = (list: z.ZodArray<z.ZodString>) => z.union([list.element.transform((one) => [one]), list]);

const IN_BRACES = /^\s*\$\{\{([\s\S]*)\}\}\s*$/;

/** An expression, bare or in one pair of `${{ }}`, which is taken off. */
const expressionText = z
  .string()
  .transform((text) => (IN_BRACES.exec(text)?.[1] ?? text).trim())
  .pipe(Expression);

/** An expression of the file: a text, or true or false as YAML has them. */
export const expression = z.union([expressionText, z.boolean().transform(String)]);

/** A list: an expression that gives one, or its entries as they are, read as an expression. */
export const list = z.union([
  expressionText,
  z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .transform((entries) => `[${entries.map(literal).join(', ')}]`)
    .pipe(Expression),
]);

const literal = (entry: string | number | boolean): string =>
  typeof entry === 'string' ? `'${entry.replaceAll(/[\\']/g, String.raw`\$&`)}'` : String(entry);

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
/** Timers of the platform hold 31 bits of milliseconds: longer ones would fire at once. */
const DURATION_MAX_MS = 2 ** 31 - 1;
const DURATION = /^([0-9]{1,10})(ms|s|m|h|d)$/;

/** A length of time as people write it (`500ms`, `30s`, `10m`, `2h`, `7d`), read as milliseconds. */
export const duration = z
  .string()
  .regex(DURATION, 'a whole number with its unit: 500ms, 30s, 10m, 2h or 7d')
  .transform((text, context) => {
    const [, count, unit] = DURATION.exec(text)!;
    const milliseconds = Number(count) * UNITS[unit as keyof typeof UNITS];
    if (milliseconds <= DURATION_MAX_MS) return milliseconds;
    context.addIssue('at most 24d');
    return z.NEVER;
  });

/** Milliseconds in the largest unit that says them exactly. */
export function writeDuration(milliseconds: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, each]) => milliseconds >= each && milliseconds % each === 0) ?? [
    's',
    1_000,
  ];
  return `${milliseconds / size}${unit}`;
}
