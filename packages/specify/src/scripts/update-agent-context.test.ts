import { expect, test } from 'vitest';
import { CONTEXT_FILES } from '../../dev/context-files.ts';
import { ScriptProject } from '../../dev/script-project.ts';

const PLAN = '# Plan\n\n**Language/Version**: Go 1.26\n**Primary Dependencies**: chi\n**Storage**: SQLite\n';
const OWN_FILE = [
  '# Mine',
  'Last updated: 2020-01-01, by hand',
  '## Active Technologies',
  '- Zig (000-old)',
  '## Recent Changes',
  '- 003-c: Added C',
  '- 002-b: Added B',
  '- 001-a: Added A',
  '<!-- MANUAL ADDITIONS START -->',
  '- keep one',
  '- keep two',
  '- keep three',
  'Last updated: 2020-01-01',
  '<!-- MANUAL ADDITIONS END -->',
];

async function projectWithPlan(): Promise<ScriptProject> {
  const project = await ScriptProject.create();
  await project.shell('git checkout -q -b 004-go');
  await project.write('specs/004-go/plan.md', PLAN);
  return project;
}

const update = (project: ScriptProject, ...args: string[]) => project.run('update-agent-context.sh', args);
const mode = async (project: ScriptProject, path: string) => (await project.files()).get(path)!.mode.toString(8);
const today = () => new Date().toISOString().slice(0, 10);
const updated = () => [
  '# Mine',
  `Last updated: ${today()}, by hand`,
  '## Active Technologies',
  '- Zig (000-old)',
  '- Go 1.26 + chi (004-go)',
  '- SQLite (004-go)',
  '## Recent Changes',
  '- 004-go: Added Go 1.26 + chi',
  ...OWN_FILE.slice(5, 7),
  ...OWN_FILE.slice(8),
];

test.concurrent.each(Object.entries(CONTEXT_FILES))('%s reads %s', async (agent, path) => {
  await using project = await projectWithPlan();
  expect(await update(project, agent)).toMatchObject({ exitCode: 0 });
  const created = [...(await project.files()).keys()].filter((file) => !/^\.specify\/|^specs\/|\/$/.test(file));
  expect(created).toEqual([path]);
});

test('without an agent and without a context file, CLAUDE.md is created', async () => {
  await using project = await projectWithPlan();
  expect(await update(project)).toMatchObject({ exitCode: 0 });
  expect(project.exists('CLAUDE.md')).toBe(true);
});

test.each(['\n', '\r\n'])(
  'sections are brought up to date and everything else stays, with lines ending in %j',
  async (ending) => {
    await using project = await projectWithPlan();
    await project.write('CLAUDE.md', OWN_FILE.map((line) => line + ending).join(''));
    for (let run = 0; run < 2; run++) {
      expect(await update(project, 'claude')).toMatchObject({ exitCode: 0 });
      expect((await project.read('CLAUDE.md')).split(ending)).toEqual([...updated(), '']);
    }
  },
);

test('a created file tells the day of its last update', async () => {
  await using project = await projectWithPlan();
  await update(project, 'claude');
  const created = await project.read('CLAUDE.md');
  expect(created).toContain(`Last updated: ${today()}`);
  await project.write('CLAUDE.md', created.replace(today(), '2020-01-01'));
  await update(project, 'claude');
  expect(await project.read('CLAUDE.md')).toContain(`Last updated: ${today()}`);
});

test('a new file has the mode of any new file, an old one keeps its own', async () => {
  await using project = await projectWithPlan();
  await project.shell('umask 027; .specify/scripts/bash/update-agent-context.sh claude');
  expect(await mode(project, 'CLAUDE.md')).toBe('640');
  await project.shell('chmod 664 CLAUDE.md; .specify/scripts/bash/update-agent-context.sh claude');
  expect(await mode(project, 'CLAUDE.md')).toBe('664');
});

test('a link to another file of the project stays a link', async () => {
  await using project = await projectWithPlan();
  await project.write('docs/agents.md', '# Ours\n');
  await project.shell('ln -s docs/agents.md CLAUDE.md');
  expect(await update(project, 'claude')).toMatchObject({ exitCode: 0 });
  expect(await project.shell('readlink CLAUDE.md')).toBe('docs/agents.md\n');
  expect(await project.read('docs/agents.md')).toContain('- Go 1.26 + chi (004-go)');
});

test.each([
  'ln -s ../theirs.md CLAUDE.md',
  'mkdir ../far && ln -s ../far .claude && ln -s .claude/theirs.md CLAUDE.md',
  'ln -s CLAUDE.md CLAUDE.md',
])('nothing outside of the project is written: %s', async (link) => {
  await using project = await projectWithPlan();
  await project.write('../theirs.md', 'theirs\n');
  await project.shell(link);
  expect(await update(project, 'claude')).toMatchObject({ exitCode: 1 });
  expect(await project.read('../theirs.md')).toBe('theirs\n');
  expect(project.exists('../far/theirs.md')).toBe(false);
});

test('nothing is left beside a file that could not be written', async () => {
  await using project = await projectWithPlan();
  await project.shell('mkdir CLAUDE.md');
  const before = [...(await project.files()).keys()];
  expect(await update(project, 'claude')).toMatchObject({ exitCode: 1 });
  expect([...(await project.files()).keys()]).toEqual(before);
});
