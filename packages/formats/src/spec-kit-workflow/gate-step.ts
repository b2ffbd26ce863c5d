import type { ApprovalOption } from '@fusion-kit/domain/nodes/approval';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { nodeId, nodeOf, type Part, type Place, remember, wordsOf } from './place.ts';
import type { StepOf } from './step.ts';
import { literal } from './translate.ts';

const MESSAGE_MAX = 4_000;
/** A gate that asks again after a rejection does so this often. */
const ASKED_MAX = 100;

const isRejection = (option: string): boolean => /^(?:reject|abort)$/i.test(option.trim());

/** A person decides. A rejection cancels the run, or is an answer like the others, or makes it ask again. */
export function gateStep(step: StepOf<'gate'>, place: Place): Part {
  const { fields } = step;
  const choices = optionIds(fields.options);
  const options = [...choices].map(([label, id]): ApprovalOption => ({
    id,
    ...(label !== id && { label: label.slice(0, 80) }),
    outcome: isRejection(label) && fields.on_reject === 'abort' ? 'cancel_run' : 'complete',
  }));
  const words = wordsOf(step, place);
  const file = fields.show_file ? `\n\nSee ${words.template(fields.show_file, 'show_file')}` : '';
  const message = `${words.template(fields.message, 'message')}${file}`;
  if (message.length > MESSAGE_MAX)
    place.carry.problem(
      [...step.path, 'message'],
      `the message of gate ${step.id} is longer than ${MESSAGE_MAX} characters`,
    );
  const id = nodeId(step.id, place);
  const work = { kind: 'approval' as const, message: message.slice(0, MESSAGE_MAX), options };
  const verdict = verdictOf(step, place, choices);
  const ask = (node: string, needs: Place['needs'], when?: string): WorkflowNode =>
    nodeOf(node, work, needs, { title: `Gate ${step.id}`, when });
  const chosen = `nodes.${id}.outputs.choice`;
  const choice = verdict ? `default(${chosen}, ${verdict.given})` : chosen;
  remember(step, place, id, { choices, outputs: { choice, aborted: 'false', whole: choice } });
  const needs = verdict ? [...place.needs, ...verdict.exits] : place.needs;
  const main =
    fields.on_reject === 'retry'
      ? askAgain(id, needs, ask, choices, place, verdict?.when)
      : ask(id, needs, verdict?.when);
  return {
    nodes: [...(verdict?.nodes ?? []), main],
    exits: [{ id, accept: verdict ? ['completed', 'skipped'] : ['completed'] }],
  };
}

/** Ids for the words of the options: what can be one is left as it is. */
function optionIds(options: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const taken = new Set<string>();
  for (const [at, option] of options.entries()) {
    const plain = option
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replaceAll(/^[-_]+|-+$/g, '')
      .slice(0, 36);
    const id = plain === '' || taken.has(plain) ? `option-${at + 1}` : plain;
    taken.add(id);
    found.set(option, id);
  }
  return found;
}

/** Until the answer is no rejection, in rounds of one question each. */
function askAgain(
  id: string,
  needs: Place['needs'],
  ask: (node: string, needs: Place['needs']) => WorkflowNode,
  choices: ReadonlyMap<string, string>,
  place: Place,
  when: string | undefined,
): WorkflowNode {
  const inner = nodeId(`${id}-ask`, place);
  const rejections = [...choices].filter(([option]) => isRejection(option)).map(([, option]) => literal(option));
  return nodeOf(
    id,
    {
      kind: 'loop',
      until: `(nodes.${inner}.outputs.choice not in [${rejections.join(', ')}])`,
      max: ASKED_MAX,
      atMax: 'fail',
      outputs: { choice: `\${{ nodes.${inner}.outputs.choice }}` },
    },
    needs,
    { title: `Gate ${id}`, when, body: [ask(inner, [])] },
  );
}

/** An input that decides without a question: nobody is asked when it has a word of the options, and any other word fails the gate. */
function verdictOf(step: StepOf<'gate'>, place: Place, choices: ReadonlyMap<string, string>) {
  const name = step.fields.verdict_input;
  if (!name) return undefined;
  if (!place.carry.inputs.has(name)) {
    place.carry.problem([...step.path, 'verdict_input'], `there is no input ${name}`);
    return undefined;
  }
  const given = `lower(trim(inputs.${name}))`;
  const decides = [...choices].filter(([option]) => step.fields.on_reject === 'skip' || !isRejection(option));
  const asksFor = step.fields.on_reject === 'retry' ? [...choices].filter(([option]) => isRejection(option)) : [];
  const list = (options: readonly (readonly [string, string])[]): string =>
    `[${options.flatMap(([option, id]) => [...new Set([option.toLowerCase(), id])].map(literal)).join(', ')}]`;
  const refused = nodeId(`${step.id}-verdict`, place);
  const inner = nodeId(`${step.id}-refused`, place);
  const nothing = nodeOf(inner, { kind: 'join', verify: [] }, [], { title: 'The verdict is none' });
  // a loop that may not go on is what fails without anybody's work
  const fails = nodeOf(refused, { kind: 'loop', until: 'false', max: 1, atMax: 'fail', outputs: {} }, place.needs, {
    title: `The verdict of gate ${step.id} is refused`,
    when: `(${given} not in ['']) and (${given} not in ${list([...decides, ...asksFor])})`,
    body: [nothing],
  });
  return {
    given,
    when: `${given} in ${list([...asksFor]).replace(/^\[/, asksFor.length > 0 ? "['', " : "[''")}`,
    nodes: [fails],
    exits: [{ id: refused, accept: ['completed' as const, 'skipped' as const] }],
  };
}
