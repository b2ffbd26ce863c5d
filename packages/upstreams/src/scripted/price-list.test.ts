import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readScenario } from './scenario.ts';

const EXAMPLES = new URL('../../../../examples/', import.meta.url);
const run = promisify(execFile);

describe('the price-list example', () => {
  let project: string;

  beforeEach(async () => {
    project = await mkdtemp(join(tmpdir(), 'price-list-'));
    await cp(new URL('price-list/', EXAMPLES), project, { recursive: true });
    await shell('git init -q && git add -A && git -c user.name=a -c user.email=a@example.org commit -q -m start');
  });
  afterEach(async () => rm(project, { recursive: true, force: true }));

  const shell = async (command: string) => {
    const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: project };
    await run('sh', ['-c', command], { cwd: project, env, timeout: 30_000 });
  };
  const passes = async (command: string) =>
    shell(command).then(
      () => true,
      () => false,
    );

  /** Does what the scenario's entry says, as far as it changes files or must succeed at its end. */
  const perform = async (name: string) => {
    const scenario = await readExample();
    for (const { tool, args } of callsOf(scenario, name)) {
      const path = join(project, String(args['path']));
      if (tool === 'write_file') await writeFile(path, String(args['content']));
      if (tool === 'read_file') await readFile(path);
      if (tool === 'edit_file') {
        const parts = (await readFile(path, 'utf8')).split(String(args['oldText']));
        expect(parts, `${name}: the old text is in ${path} once`).toHaveLength(2);
        await writeFile(path, parts.join(String(args['newText'])));
      }
    }
  };

  it('is done only when both implementers have worked', async () => {
    expect(await passes('node --test')).toBe(false);

    await perform('discount');
    expect(await passes('node --test test/discount.test.js')).toBe(true);
    expect(await passes('node --test')).toBe(false);

    await perform('receipt');
    expect(await passes('node --test')).toBe(true);
  });

  it('lets the receipt be proved without the discount', async () => {
    await perform('receipt');

    expect(await passes('node --test test/receipt.test.js')).toBe(true);
    expect(await passes('node --test')).toBe(false);
  });

  it('is reviewed with commands that work', async () => {
    await perform('discount');
    await perform('receipt');
    const commands = callsOf(await readExample(), 'review').filter(({ tool }) => tool === 'shell');
    for (const { args } of commands) await shell(String(args['command']));
    await perform('review');

    expect(commands.length).toBeGreaterThan(2);
    expect(await readFile(join(project, 'CHANGELOG.md'), 'utf8')).toContain('Receipt: lines in columns');
  });

  it('has an entry for the title of every task of the workflow, and all declared outputs', async () => {
    const workflow = await readFile(new URL('price-list.workflow.yaml', EXAMPLES), 'utf8');
    const titles = [...workflow.matchAll(/^ {4}title: (.+)$/gm)].map(([, title]) => title);
    const scenario = await readExample();

    expect(scenario.map(({ match }) => match)).toEqual(titles);
    const outputs = scenario.map(({ name }) => Object.keys(callsOf(scenario, name).at(-1)?.args['outputs'] ?? {}));
    const declared = workflow.split(/^ {4}title:/m).slice(1);
    expect(outputs).toEqual(declared.map((node) => /^ {4}outputs: \[(\w+)\]$/m.exec(node)?.slice(1) ?? []));
  });
});

const readExample = async () =>
  readScenario(await readFile(new URL('price-list.scenario.json', EXAMPLES), 'utf8'), 'price-list.scenario.json');

const callsOf = (scenario: Awaited<ReturnType<typeof readExample>>, name: string) =>
  (scenario.find((entry) => entry.name === name)?.steps ?? []).flat().filter((step) => 'tool' in step);
