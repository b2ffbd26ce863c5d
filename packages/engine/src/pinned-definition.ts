import { FusionError } from '@fusion-kit/domain/errors';
import { expressionReferences, type Reference } from '@fusion-kit/domain/expression/references';
import { references } from '@fusion-kit/domain/expression/template';
import { didYouMean } from '@fusion-kit/domain/nearest';
import { expressionsOf, templatesOf } from '@fusion-kit/domain/node';
import type { SubworkflowWork } from '@fusion-kit/domain/nodes/subworkflow';
import { DEPTH_MAX, NODES_MAX, type WorkflowDefinition, type WorkflowNode } from '@fusion-kit/domain/workflow';

/** Finds a saved workflow of the project by its name. @throws {FusionError} `workflow_unknown` */
export type FindWorkflow = (name: string, version: number | undefined) => Promise<WorkflowDefinition>;

/** Whether a definition names other workflows anywhere. Pure. */
export const namesOthers = (nodes: readonly WorkflowNode[]): boolean =>
  nodes.some(
    ({ work, body }) => (work.kind === 'subworkflow' && work.workflow !== undefined) || namesOthers(body ?? []),
  );

/**
 * A definition with the workflows that it names put in as bodies, as they are now, and theirs in turn; the nodes say then what they give and are given.
 * @throws {FusionError} `workflow_unknown`; `workflow_cycle` when they contain one another; `workflow_invalid` and `input_missing` when a node and the workflow it
 * names do not fit; `workflow_too_large`
 */
export async function pinnedDefinition(
  definition: WorkflowDefinition,
  find: FindWorkflow,
): Promise<WorkflowDefinition> {
  const found = new Map<string, Promise<WorkflowDefinition>>();
  const once: FindWorkflow = (name, version) => {
    const key = JSON.stringify([name, version]);
    const known = found.get(key) ?? find(name, version);
    found.set(key, known);
    return known;
  };
  const pin = new Pin(once);
  return { ...definition, nodes: await pin.nodes(definition.nodes, [definition.name], 1) };
}

class Pin {
  readonly #find: FindWorkflow;
  #count = 0;

  constructor(find: FindWorkflow) {
    this.#find = find;
  }

  async nodes(nodes: readonly WorkflowNode[], around: readonly string[], depth: number): Promise<WorkflowNode[]> {
    this.#count += nodes.length;
    const named = around.at(-1);
    if (this.#count > NODES_MAX)
      throw new FusionError('workflow_too_large', `with what it names, ${around[0]} has more than ${NODES_MAX} nodes`);
    if (depth > DEPTH_MAX)
      throw new FusionError(
        'workflow_too_large',
        `nodes of ${named} lie more than ${DEPTH_MAX} deep in one another: ${around.join(' → ')}`,
        { remedy: 'Let one of them do its work in its own nodes, or name the innermost workflow further out.' },
      );
    const pinned: WorkflowNode[] = [];
    for (const node of nodes) pinned.push(await this.#node(node, around, depth));
    checkOutputs(pinned);
    return pinned;
  }

  async #node(node: WorkflowNode, around: readonly string[], depth: number): Promise<WorkflowNode> {
    const { work, body } = node;
    if (work.kind !== 'subworkflow' || work.workflow === undefined)
      return body ? { ...node, body: await this.nodes(body, around, depth + 1) } : node;
    const names = [...around, work.workflow];
    if (around.includes(work.workflow))
      throw new FusionError('workflow_cycle', `workflows contain each other: ${names.join(' → ')}`, {
        remedy: 'Let one of them do without the next.',
        details: { path: names },
      });
    const other = await this.#find(work.workflow, work.version);
    const outputs = Object.keys(work.outputs).length > 0 ? work.outputs : (other.outputs ?? {});
    const inputs = inputsFor(node.id, work, other);
    return { ...node, work: { ...work, inputs, outputs }, body: await this.nodes(other.nodes, names, depth + 1) };
  }
}

/** What a node gives to the workflow it names, which says itself what it takes when nothing is given. */
function inputsFor(id: string, work: SubworkflowWork, { name, inputs }: WorkflowDefinition): Record<string, string> {
  const unknown = Object.keys(work.inputs).find((input) => !Object.hasOwn(inputs, input));
  if (unknown !== undefined)
    throw new FusionError(
      'workflow_invalid',
      `node ${id} gives input ${unknown} to workflow ${name}, which has none of that name${didYouMean(unknown, Object.keys(inputs))}`,
    );
  const given = Object.entries(inputs).map(([input, { default: usual }]) => {
    const own = Object.hasOwn(work.inputs, input) ? work.inputs[input] : undefined;
    return [input, own ?? literally(usual)] as const;
  });
  const missing = given.filter(([, text]) => text === undefined).map(([input]) => input);
  if (missing.length > 0)
    throw new FusionError('input_missing', `node ${id} does not give ${missing.join(', ')} to workflow ${name}`, {
      remedy: 'Give them under `inputs` of the node, or let that workflow have defaults for them.',
    });
  return Object.fromEntries(given.map(([input, text]) => [input, text ?? '']));
}

/** A text as a template that gives just that text. */
const literally = (text: string | undefined): string | undefined => text?.replaceAll('${{', () => '$${{');

/** Only now it is known which outputs a node has that names a workflow. */
function checkOutputs(nodes: readonly WorkflowNode[]): void {
  const given = new Map<string, readonly string[]>();
  for (const { id, work } of nodes)
    if (work.kind === 'subworkflow' && work.workflow !== undefined) given.set(id, Object.keys(work.outputs));
  if (given.size === 0) return;
  const check = (node: WorkflowNode, hidden: ReadonlySet<string>): void => {
    for (const reference of spokenIn(node)) {
      const outputs =
        reference.kind === 'output' && !hidden.has(reference.node) ? given.get(reference.node) : undefined;
      if (!outputs || reference.kind !== 'output' || outputs.includes(reference.name)) continue;
      const { name, node: giver } = reference;
      throw new FusionError(
        'expression_invalid',
        `node ${node.id} uses output ${name} of ${giver}, which the workflow it names does not give${didYouMean(name, outputs)}`,
      );
    }
    const inside = new Set([...hidden, ...(node.body ?? []).map(({ id }) => id)]);
    // what a named workflow consists of does not know where it is put
    if (!(node.work.kind === 'subworkflow' && node.work.workflow !== undefined))
      for (const each of node.body ?? []) check(each, inside);
  };
  for (const node of nodes) check(node, new Set());
}

/** What a node speaks of outside of itself. */
function spokenIn({ work, when }: WorkflowNode): Reference[] {
  return [
    ...Object.values(templatesOf(work)).flatMap(references),
    ...[...Object.values(expressionsOf(work)), ...(when === undefined ? [] : [when])].flatMap(expressionReferences),
  ];
}
