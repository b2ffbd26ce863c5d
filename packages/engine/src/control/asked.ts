import { evaluate } from '@fusion-kit/domain/expression/evaluate';
import { expressionReferences } from '@fusion-kit/domain/expression/references';
import type { Json } from '@fusion-kit/domain/expression/values';
import { type Place, valuesAt, type ValuesOptions } from './values.ts';

/** The value of an expression at a place. @throws {FusionError} `expression_invalid`, `blob_unknown` */
export async function asked(options: ValuesOptions, place: Place, expression: string): Promise<Json> {
  return evaluate(expression, await valuesAt(options, place, expressionReferences(expression)));
}
