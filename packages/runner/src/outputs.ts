import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { keepTexts } from '@fusion-kit/domain/kept-text';
import { type NodeWork, outputsOf } from '@fusion-kit/domain/node';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Outputs } from '@fusion-kit/domain/task';
import type { Claim } from './hands.ts';
import { patientPattern } from './patient-pattern.ts';

/** Longest output that an event holds itself, and all outputs of a task together, in characters of JSON. */
const OUTPUT_MAX = 1_000;
const OUTPUTS_MAX = 2_000;
const PROBLEMS_MAX = 5;

/** The outputs that a node declares, as events hold them. One that was not given is what was said at the end. */
export function keptOutputs(blobs: Blobs, work: NodeWork, claim: Claim): Promise<Outputs> {
  const texts = Object.fromEntries(outputsOf(work).map((name) => [name, given(claim, name)]));
  return keepTexts(blobs, texts, { eachMax: OUTPUT_MAX, allMax: OUTPUTS_MAX });
}

const given = (claim: Claim, name: string): string =>
  (Object.hasOwn(claim, name) ? claim[name] : undefined) ?? claim['summary'] ?? '';

/** Checks what was claimed against the schemas of the node. @throws {FusionError} `output_invalid`, saying where it does not keep to them */
export function checkOutputs(work: NodeWork, claim: Claim): void {
  for (const name of declared(work)) checkOutput(work, name, given(claim, name));
}

/** Checks one output that an agent gives. @throws {FusionError} `output_invalid` */
export function checkOutput(work: NodeWork, name: string, text: string): void {
  const why = misfit(work, name, text);
  if (why !== undefined) throw new FusionError('output_invalid', why, { details: { output: name } });
}

/** Where each output that was claimed does not keep to the schema of the node, in words. */
export const misfits = (work: NodeWork, claim: Claim): string[] =>
  declared(work).flatMap((name) => misfit(work, name, given(claim, name)) ?? []);

const schemasOf = (work: NodeWork) => (work.kind === 'agent' ? work.outputSchemas : undefined) ?? {};
const declared = (work: NodeWork): string[] => Object.keys(schemasOf(work));

function misfit(work: NodeWork, name: string, text: string): string | undefined {
  const schema = Object.hasOwn(schemasOf(work), name) ? schemasOf(work)[name] : undefined;
  const problems = schema ? problemsOf(schema, text) : [];
  return problems.length === 0 ? undefined : `output ${name}: ${problems.slice(0, PROBLEMS_MAX).join('; ')}`;
}

function problemsOf(schema: Record<string, unknown>, text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return [`it is not JSON: ${asFusionError(thrown).message}`];
  }
  try {
    const validate = validatorOf(schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const extra = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : '';
      return `${instancePath || 'the whole'} ${message}${extra}`;
    });
  } catch (thrown) {
    return [`its schema cannot be used: ${asFusionError(thrown).message}`];
  }
}

/** Making one takes as long as hundreds of checks, and a program may give an output again and again. */
const VALIDATORS = new WeakMap<object, ValidateFunction>();

/** @throws Error when the schema is none */
function validatorOf(schema: Record<string, unknown>): ValidateFunction {
  const known = VALIDATORS.get(schema);
  if (known) return known;
  // Formats are hints and unknown words are let pass, as the specification has it.
  const code = { regExp: Object.assign(patientPattern, { code: '' }) };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, logger: false, code });
  const { $schema: _version, ...rules } = schema; // whichever it names, it is read as the latest
  const validate = ajv.compile(rules);
  VALIDATORS.set(schema, validate);
  return validate;
}
