import { references, fill } from '@fusion-kit/domain/expression/template';
import { keepTexts } from '@fusion-kit/domain/kept-text';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Outputs, Task } from '@fusion-kit/domain/task';
import { type Round, valuesAt, type ValuesOptions } from './values.ts';

/** Longest output that an event holds itself, and all outputs of a task together, in characters of JSON. */
const OUTPUT_MAX = 1_000;
const OUTPUTS_MAX = 6_000;

/** The outputs that a task declares, filled in the words of one of its rounds. @throws {FusionError} `expression_invalid`, `blob_unknown` */
export async function filledIn(
  options: ValuesOptions,
  task: Task,
  inside: Round,
  templates: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const spoken = Object.values(templates).flatMap(references);
  const values = await valuesAt(options, { task, inside }, spoken);
  return Object.fromEntries(Object.entries(templates).map(([name, text]) => [name, fill(text, values)]));
}

/** Outputs as an event holds them. */
export const keptOutputs = (blobs: Blobs, outputs: Readonly<Record<string, string>>): Promise<Outputs> =>
  keepTexts(blobs, outputs, { eachMax: OUTPUT_MAX, allMax: OUTPUTS_MAX });
