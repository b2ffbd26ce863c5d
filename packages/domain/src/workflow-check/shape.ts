import { hasBody } from '../node.ts';
import type { AgentWork } from '../nodes/agent.ts';
import type { ApprovalWork } from '../nodes/approval.ts';
import type { JoinWork } from '../nodes/join.ts';
import type { SubworkflowWork } from '../nodes/subworkflow.ts';
import { didYouMean } from '../nearest.ts';
import { DEPTH_MAX, type WorkflowNode } from '../workflow.ts';
import type { WorkflowProblem } from './problem.ts';
import { depthOf, type Scope } from './scope.ts';

/** What is wrong with nodes taken by themselves. */
export function* shapeProblems(scope: Scope): Generator<WorkflowProblem> {
  for (const node of scope.nodes) {
    for (const [message, ...at] of misshapen(node))
      yield {
        code: 'workflow_invalid',
        message: `node ${scope.prefix}${node.id} ${message}`,
        path: [...scope.path, node.id, ...at],
      };
    if (node.body && depthOf(scope) >= DEPTH_MAX) {
      const message = `node ${scope.prefix}${node.id}: bodies may lie ${DEPTH_MAX} deep in one another`;
      const remedy =
        'Make what lies so deep a workflow of its own further out, or put its nodes into the body around it.';
      yield { code: 'workflow_too_large', message, path: [...scope.path, node.id, 'body'], remedy };
    }
  }
}

/** What is wrong, then where below the node. */
type Complaint = [message: string, ...at: (string | number)[]];

function misshapen({ work, body }: WorkflowNode): Complaint[] {
  if (body && !hasBody(work)) return [[`is of kind ${work.kind}, which has no body`, 'body']];
  switch (work.kind) {
    case 'agent':
      return [...repeated(work.outputs, 'declares output', 'outputs'), ...strayedSchemas(work)];
    case 'approval':
      return approvalComplaints(work);
    case 'join':
      return ticksComplaints(work);
    case 'map':
    case 'loop':
      return body ? [] : [[`is of kind ${work.kind} and has no body`]];
    case 'subworkflow':
      return subworkflowComplaints(work, body !== undefined);
    default:
      return [];
  }
}

function repeated(texts: readonly string[], what: string, key: string): Complaint[] {
  const at = texts.findIndex((text, position) => texts.indexOf(text) !== position);
  return at === -1 ? [] : [[`${what} ${texts[at]} twice`, key, at]];
}

const strayedSchemas = ({ outputs, outputSchemas = {} }: AgentWork): Complaint[] =>
  Object.keys(outputSchemas).flatMap((name): Complaint[] =>
    outputs.includes(name) ? [] : [[`has a schema for output ${name}, which it does not declare`, 'outputs', name]],
  );

function approvalComplaints({ options, onTimeout }: ApprovalWork): Complaint[] {
  const ids = options.map(({ id }) => id);
  const unknown: Complaint[] =
    onTimeout === undefined || ids.includes(onTimeout)
      ? []
      : [
          [
            `takes ${onTimeout} on timeout, which is none of its options ${ids.join(', ')}${didYouMean(onTimeout, ids)}`,
            'onTimeout',
          ],
        ];
  return [...repeated(ids, 'has option', 'options'), ...unknown];
}

function ticksComplaints({ ticks }: JoinWork): Complaint[] {
  if (!ticks) return [];
  const pattern: Complaint[] = /[*?{[]/.test(ticks.file)
    ? [['ticks boxes in one file, not in a pattern', 'ticks', 'file']]
    : [];
  return [
    ...pattern,
    ...repeated(ticks.ids, 'ticks', 'ticks').map(([message, key, at]): Complaint => [message, key!, 'ids', at!]),
  ];
}

function subworkflowComplaints({ workflow, version, inputs }: SubworkflowWork, hasOwnBody: boolean): Complaint[] {
  if (workflow !== undefined)
    return hasOwnBody ? [['names a workflow and has a body: one of them is too much', 'body']] : [];
  if (!hasOwnBody) return [['names no workflow and has no body']];
  const complaints: Complaint[] = [];
  if (version !== undefined) complaints.push(['has a version, but names no workflow', 'version']);
  if (Object.keys(inputs).length > 0)
    complaints.push(['has inputs, but names no workflow: its body speaks of those around it', 'inputs']);
  return complaints;
}
