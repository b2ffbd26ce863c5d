import { NodeWork } from '@fusion-kit/domain/node';
import type { Task } from '@fusion-kit/domain/task';
import { preview, type Text } from '@fusion-kit/domain/text';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import {
  agentWork,
  graph,
  type House,
  type HouseOptions,
  node,
  type Play,
  runEnds,
  startRun,
  tasksOf,
} from './house.ts';
import { house } from './opened-houses.ts';

export const work = (given: object): NodeWork => NodeWork.parse(given);
export const of = (id: string, given: object, more: Partial<WorkflowNode> = {}, needs: readonly string[] = []) =>
  node(id, needs, { work: work(given), ...more });
export const agent = (prompt: string) => ({ work: { ...agentWork('x'), prompt, outputs: ['said'] } });
export const accepting = (id: string, ...accept: ('completed' | 'skipped' | 'failed')[]) => ({
  needs: [{ id, accept }],
});

/** Answers every prompt with `said`: what the prompt holds after `say `, or fails when it says `fail`. */
export const echo: Play = async (start, report) => {
  const { work: given } = start;
  const prompt = given.kind === 'agent' ? given.prompt : given.kind === 'command' ? given.run : '';
  await report({ type: 'dispatch.started' });
  if (prompt.includes('fail'))
    return void (await report({
      type: 'dispatch.failed',
      failure: { code: 'budget_exceeded', message: `no ${prompt}`, remedy: '' },
    }));
  const said = prompt.replace(/^say /, '');
  await report({
    type: 'dispatch.proved',
    outputs: { summary: 'done', said },
    receipt: { kind: 'unverified', files: [], fileCount: 0, checks: [], sandbox: 'none' },
  });
};

/** Runs a graph to its end: how it ended, and its tasks by the names of their nodes. */
export async function played(
  nodes: readonly WorkflowNode[],
  options: HouseOptions = {},
  inputs: Record<string, string> = {},
) {
  const home = await house({ play: echo, ...options });
  const declared = Object.fromEntries(Object.keys(inputs).map((name) => [name, {}]));
  const run = await startRun(home, graph(nodes, 2, { inputs: declared }), inputs);
  const { event } = await runEnds(home.engine, run.id);
  return { home, run, end: event, tasks: await byNode(home, run.id) };
}
export const byNode = async ({ engine }: House, runId: string): Promise<Record<string, Task>> =>
  Object.fromEntries((await tasksOf(engine, runId)).map((task) => [task.node, task]));
export const states = (tasks: Record<string, Task>) =>
  Object.fromEntries(Object.entries(tasks).map(([name, { state }]) => [name, state]));

/** A text that was short enough to stay whole, read as JSON. */
export const parsed = (text: Text | undefined): unknown => JSON.parse(preview(text ?? ''));
