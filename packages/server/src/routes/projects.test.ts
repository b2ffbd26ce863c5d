import { page } from '@fusion-kit/domain/api';
import { Project } from '@fusion-kit/domain/project';
import { expect, test } from 'vitest';
import { furnished, openHouse } from '../test/house.ts';

const UNKNOWN = `prj_${'0'.repeat(25)}Z`;

test('a project is made, listed, shown and forgotten', async () => {
  const house = openHouse();
  const made = await house.call('POST', 'projects', { path: '/tmp/here', name: 'here' });
  expect(made.status).toBe(201);
  const project = Project.parse(await made.json());
  expect(project).toMatchObject({ name: 'here', path: '/tmp/here', budget: {} });

  expect(page(Project).parse(await house.ok('GET', 'projects'))).toEqual({ items: [project], next: null });
  expect(await house.ok('GET', `projects/${project.id}`)).toEqual(project);
  expect(await house.ok('DELETE', `projects/${project.id}`)).toMatchObject({ id: project.id, state: 'deleted' });
  expect(await house.ok('GET', 'projects')).toEqual({ items: [], next: null });
});

test('a project that agents work on is not forgotten', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  expect(await house.refusal('DELETE', `projects/${project.id}`)).toMatchObject({ status: 409, code: 'project_busy' });
});

test('a directory is one project only', async () => {
  const house = openHouse();
  await house.ok('POST', 'projects', { path: '/tmp/here' });
  expect(await house.refusal('POST', 'projects', { path: '/tmp/here' })).toMatchObject({
    status: 409,
    code: 'project_exists',
  });
});

test.each(['nonsense', UNKNOWN])('project %s is unknown', async (id) => {
  const house = openHouse();
  for (const method of ['GET', 'DELETE'])
    expect(await house.refusal(method, `projects/${id}`)).toMatchObject({ status: 404, code: 'project_unknown' });
});

test('pages go on at their cursor, in both orders', async () => {
  const house = openHouse();
  for (const name of ['a', 'b', 'c', 'd', 'e']) await house.ok('POST', 'projects', { path: `/tmp/${name}`, name });
  const walk = async (order: string) => {
    const names: string[][] = [];
    for (let cursor = ''; ;) {
      const { items, next } = page(Project).parse(await house.ok('GET', `projects?limit=2&order=${order}${cursor}`));
      names.push(items.map((project) => project.name));
      if (next === null) return names;
      cursor = `&cursor=${next}`;
    }
  };
  expect(await walk('oldest')).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(await walk('newest')).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
});

test('a cursor of another list is refused', async () => {
  const house = openHouse();
  expect(await house.refusal('GET', 'projects?cursor=agt_1')).toMatchObject({ status: 400, code: 'bad_request' });
});
