import { FusionError } from '../errors.ts';
import { expressionReferences, type Reference } from '../expression/references.ts';
import { unsafePlaces } from '../expression/shell-word.ts';
import { references } from '../expression/template.ts';
import { didYouMean } from '../nearest.ts';
import { expressionsOf, innerOf, outputsOf, templatesOf } from '../node.ts';
import type { WorkflowDefinition, WorkflowNode } from '../workflow.ts';
import type { WorkflowProblem } from './problem.ts';
import { namesInside, type Scope } from './scope.ts';

/** Where an expression stands, and what it may speak of from there. */
interface Place {
  inputs: WorkflowDefinition['inputs'];
  scope: Scope;
  /** The node it belongs to; none for the outputs of the workflow. */
  node?: WorkflowNode;
  /** The nodes inside, for what is asked when they have run. */
  inside?: ReadonlyMap<string, WorkflowNode>;
  /** How messages call it. */
  named: string;
  path: WorkflowProblem['path'];
  names: ReadonlySet<string>;
}

/** Expressions that cannot be read, or speak of what they cannot have where they stand. */
export function* expressionProblems(
  definition: WorkflowDefinition,
  scopes: readonly Scope[],
): Generator<WorkflowProblem> {
  const { inputs, outputs = {} } = definition;
  for (const scope of scopes) for (const node of scope.nodes) yield* problemsOfNode(inputs, scope, node);
  const [scope] = scopes;
  if (!scope) return;
  const place: Place = { inputs, scope, inside: scope.byId, named: 'the workflow', path: [], names: scope.names };
  for (const [name, text] of Object.entries(outputs)) yield* inText(place, `outputs.${name}`, text);
}

function* problemsOfNode(inputs: Place['inputs'], scope: Scope, node: WorkflowNode): Generator<WorkflowProblem> {
  const named = `node ${scope.prefix}${node.id}`;
  const place: Place = { inputs, scope, node, named, path: [...scope.path, node.id], names: scope.names };
  for (const [key, text] of Object.entries(templatesOf(node.work))) yield* inText(place, key, text);
  for (const [key, text] of Object.entries(expressionsOf(node.work))) yield* inText(place, key, text, true);
  if (node.when !== undefined) yield* inText(place, 'when', node.when, true);
  if (node.work.kind === 'command') yield* inShell(place, node.work.run);
  const { templates, expressions } = innerOf(node.work);
  const within: Place = {
    ...place,
    inside: new Map((node.body ?? []).map((inner) => [inner.id, inner])),
    names: new Set([...scope.names, ...namesInside(node.work)]),
  };
  for (const [key, text] of Object.entries(templates)) yield* inText(within, key, text);
  for (const [key, text] of Object.entries(expressions)) yield* inText(within, key, text, true);
}

function* inText(place: Place, key: string, text: string, isExpression = false): Generator<WorkflowProblem> {
  if (!isExpression && !text.includes('${{')) return;
  const where = { code: 'expression_invalid', path: pathOf(place, key), text, isExpression } as const;
  try {
    for (const reference of isExpression ? expressionReferences(text) : references(text)) {
      const refusal = refusalOf(place, reference);
      if (refusal !== undefined) yield { ...where, message: `${place.named} ${refusal}`, offset: reference.offset };
    }
  } catch (error) {
    if (!(error instanceof FusionError) || error.code !== 'expression_invalid') throw error;
    const { offset = 0, reason = error.message } = error.details ?? {};
    yield { ...where, message: `in ${key} of ${place.named}: ${String(reason)}`, offset: Number(offset) };
  }
}

function* inShell(place: Place, text: string): Generator<WorkflowProblem> {
  if (!text.includes('${{') || !isReadable(text)) return; // inText has told why
  for (const { offset, why } of unsafePlaces(text)) {
    const message = `in run of ${place.named}: ${why}; what an expression gives is one quoted word already, or give it as env`;
    yield { code: 'expression_invalid', message, path: pathOf(place, 'run'), text, isExpression: false, offset };
  }
}

function isReadable(text: string): boolean {
  try {
    references(text);
    return true;
  } catch {
    return false;
  }
}

/** `inputs.goal` and the like are two steps in a definition. */
function pathOf({ path }: Place, key: string): WorkflowProblem['path'] {
  const dot = key.indexOf('.');
  return dot === -1 ? [...path, key] : [...path, key.slice(0, dot), key.slice(dot + 1)];
}

/** Why that cannot be spoken of there, or undefined when it can. */
function refusalOf(place: Place, reference: Reference): string | undefined {
  switch (reference.kind) {
    case 'run':
      return undefined;
    case 'input':
      if (Object.hasOwn(place.inputs, reference.name)) return undefined;
      return `uses input ${reference.name}, which is not declared${didYouMean(reference.name, Object.keys(place.inputs))}`;
    case 'name':
      if (place.names.has(reference.name)) return undefined;
      return `speaks of ${reference.name}, which there is only inside a ${reference.name === 'iteration' ? 'loop' : 'map'}`;
    case 'state':
      return refusalOfNode(place, reference.node, 'the state');
    case 'output':
      return refusalOfNode(place, reference.node, 'an output', reference.name);
  }
}

function refusalOfNode(place: Place, id: string, what: string, output?: string): string | undefined {
  let giver = place.inside?.get(id);
  let scope: Scope | undefined = place.scope;
  let by = place.node;
  while (!giver) {
    if (!scope || !by) return `uses ${what} of ${id}, which does not exist${didYouMean(id, visibleFrom(place))}`;
    giver = scope.byId.get(id);
    if (giver === by && by !== place.node) return `uses ${what} of ${id}, which it is a part of`;
    if (giver && !scope.needs(by.id, id)) {
      if (by === place.node) return `uses ${what} of ${id} but does not need it`;
      return `uses ${what} of ${id}, but ${by.id}, which it is a part of, does not need it`;
    }
    by = scope.around?.node;
    scope = scope.around?.scope;
  }
  if (output === undefined) return undefined;
  const declared = outputsOf(giver.work);
  // what another workflow declares is known when the run starts
  const isElsewhere = giver.work.kind === 'subworkflow' && giver.work.workflow !== undefined && declared.length === 0;
  if (isElsewhere || declared.includes(output)) return undefined;
  return `uses output ${output} of ${id}, which does not declare it${didYouMean(output, declared)}`;
}

function* visibleFrom({ inside, scope }: Place): Generator<string> {
  if (inside) yield* inside.keys();
  for (let at: Scope | undefined = scope; at; at = at.around?.scope) yield* at.byId.keys();
}
