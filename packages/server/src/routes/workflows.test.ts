import { page, Started, WorkflowCheck, WorkflowView } from '@fusion-kit/domain/api';
import { Workflow } from '@fusion-kit/domain/workflow';
import { expect, test } from 'vitest';
import { furnished, type House, openHouse, workflowText } from '../test/house.ts';

const DIAMOND = { plan: [], left: ['plan'], right: ['plan'], review: ['left', 'right'] };

async function save(house: House, project: string, source = workflowText('diamond', DIAMOND)): Promise<Workflow> {
  return Workflow.parse(await house.ok('POST', 'workflows', { project, source }));
}

test('a workflow is saved, listed, shown with its definition, and archived', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const workflow = await save(house, project.id);
  expect(workflow).toMatchObject({ name: 'diamond', version: 1, nodeCount: 4 });
  expect(page(Workflow).parse(await house.ok('GET', `workflows?project=${project.id}`)).items).toEqual([workflow]);
  expect(page(Workflow).parse(await house.ok('GET', `workflows?project=${house.engine.newId('prj')}`)).items).toEqual(
    [],
  );
  const shown = WorkflowView.parse(await house.ok('GET', `workflows/${workflow.id}`));
  expect(shown.definition.nodes.map((node) => node.id)).toEqual(Object.keys(DIAMOND));
  expect(await house.ok('DELETE', `workflows/${workflow.id}`)).toMatchObject({ state: 'archived' });
});

test('saving under the same name adds a version, and earlier ones can still be read', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const { id } = await save(house, project.id);
  expect(await save(house, project.id, workflowText('diamond', { only: [] }))).toMatchObject({ id, version: 2 });
  const nodes = async (query: string) =>
    WorkflowView.parse(await house.ok('GET', `workflows/${id}${query}`)).definition.nodes.length;
  expect(await nodes('')).toBe(1);
  expect(await nodes('?version=1')).toBe(4);
  expect(await house.refusal('GET', `workflows/${id}?version=3`)).toMatchObject({
    status: 404,
    code: 'workflow_unknown',
  });
});

test('a run is started, also without a body', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const { id } = await save(house, project.id);
  const answer = await house.call('POST', `workflows/${id}/start`, { inputs: { goal: 'x' } });
  expect(answer.status).toBe(201);
  const { run } = Started.parse(await answer.json());
  expect(run).toMatchObject({ workflowId: id, state: 'running', inputs: { goal: 'x' } });
  expect(Started.parse(await house.ok('POST', `workflows/${id}/start`)).run.inputs).toEqual({});
});

test('a sound source is checked with the figures of its graph', async () => {
  const house = openHouse();
  const check = WorkflowCheck.parse(
    await house.ok('POST', 'workflows/validate', { source: workflowText('d', DIAMOND) }),
  );
  expect(check).toMatchObject({ valid: true, problems: [], nodes: 4, levels: 3, widest: 2 });
  expect(check.criticalPath).toHaveLength(3);
});

test('a cycle is named node by node when checked, and refused when saved', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const source = workflowText('cycle', { a: ['b'], b: ['a'] });
  const check = WorkflowCheck.parse(await house.ok('POST', 'workflows/validate', { source }));
  expect(check).toMatchObject({ valid: false, nodes: 2, problems: [{ code: 'workflow_cycle' }] });
  expect(check.problems[0]?.message).toContain('a → b → a');
  const refusal = await house.refusal('POST', 'workflows', { project: project.id, source });
  expect(refusal).toMatchObject({
    status: 422,
    code: 'workflow_cycle',
    details: { problems: [{ code: 'workflow_cycle' }] },
  });
  expect((await house.ok<{ items: unknown[] }>('GET', 'workflows')).items).toEqual([]);
});

test('a source that cannot be read is a problem with line and column', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const check = WorkflowCheck.parse(await house.ok('POST', 'workflows/validate', { source: 'nodes: [' }));
  expect(check).toMatchObject({
    valid: false,
    nodes: 0,
    problems: [{ code: 'workflow_syntax', details: { line: 3, column: 7 } }],
  });
  expect(await house.refusal('POST', 'workflows', { project: project.id, source: 'nodes: [' })).toMatchObject({
    status: 422,
    code: 'workflow_syntax',
    details: { line: 3, column: 7 },
  });
});

test('a saved workflow is checked again', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const { id } = await save(house, project.id);
  expect(await house.ok('POST', `workflows/${id}/validate`)).toMatchObject({ valid: true, nodes: 4 });
});

test.each(['nonsense', `wfl_${'0'.repeat(25)}Z`])('workflow %s is unknown', async (id) => {
  const house = openHouse();
  const unknown = { status: 404, code: 'workflow_unknown' };
  expect(await house.refusal('GET', `workflows/${id}`)).toMatchObject(unknown);
  expect(await house.refusal('DELETE', `workflows/${id}`)).toMatchObject(unknown);
  expect(await house.refusal('POST', `workflows/${id}/start`, {})).toMatchObject(unknown);
  expect(await house.refusal('POST', `workflows/${id}/validate`)).toMatchObject(unknown);
});
