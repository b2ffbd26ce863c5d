import { NodeWork } from '@fusion-kit/domain/node';
import { WorkflowDefinition, type WorkflowNode } from '@fusion-kit/domain/workflow';
import { sampleAgentSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import { shellAgents } from './shell-agents.ts';

const node = (id: string, work: object, change: Partial<WorkflowNode> = {}) => ({
  ...sampleTaskSpec,
  id,
  requires: [],
  work: NodeWork.parse(work),
  ...change,
});
const command = (id: string, change: Partial<WorkflowNode> = {}) => node(id, { kind: 'command', run: 'true' }, change);
const after = (...ids: string[]) => ({ needs: ids.map((id) => ({ id, accept: ['completed' as const] })) });
const definition = (nodes: object[], more: object = {}) =>
  WorkflowDefinition.parse({ name: 'x', inputs: {}, team: [], setup: [], check: [], budget: {}, nodes, ...more });

it.each([
  ['none without commands', [node('a', { kind: 'agent', prompt: 'x' }), node('b', { kind: 'join' })], 0],
  ['one for commands one after the other', [command('a'), command('b', after('a'))], 1],
  ['as many as are side by side', [command('a'), command('b'), command('c', after('a'))], 2],
  ['four at most', Array.from({ length: 9 }, (_, at) => command(`n${at}`)), 4],
  ['one for a join that checks', [node('a', { kind: 'join', verify: ['true'] })], 1],
  ['as many as a map does at a time', [node('m', { kind: 'map', over: '[]', width: 3 }, { body: [command('a')] })], 3],
])('%s', (_what, nodes, count) => {
  const agents = shellAgents(definition(nodes));
  expect(agents.map(({ name, runtime }) => [name, runtime])).toEqual(
    Array.from({ length: count }, (_, at) => [`shell-${at + 1}`, 'shell']),
  );
});

it('no more than may be at work, none where the team has its own, and able to do all that commands require', () => {
  const nodes = [
    command('a', { requires: ['linux'] }),
    node('m', { kind: 'loop', max: 2 }, { body: [command('b', { requires: ['docker'] })] }),
  ];
  expect(shellAgents(definition(nodes, { concurrency: 1 }))).toHaveLength(1);
  expect(shellAgents(definition(nodes))[0]?.capabilities).toEqual(['linux', 'docker']);
  const team = [{ ...sampleAgentSpec, runtime: 'shell' }];
  expect(shellAgents(definition(nodes, { team }))).toEqual([]);
});
