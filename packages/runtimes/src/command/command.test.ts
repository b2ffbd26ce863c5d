import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import { drive } from '@fusion-kit/testing/runtime-bench';
import { runtimeConformance } from '@fusion-kit/testing/runtime-conformance';
import { eventsOf } from '@fusion-kit/testing/runtime-script';
import { turnBench, type TurnBench } from '@fusion-kit/testing/turn-bench';
import { afterEach, describe, expect, it } from 'vitest';
import { openPrograms } from '../programs/open-programs.ts';
import { command } from './command.ts';

/** A coding agent without a person: does the deeds that it is told on its standard input, and tells of them as Claude Code does. */
const WORKER = `
import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
const told = readFileSync(0, 'utf8');
const from = told.lastIndexOf('<<DEEDS ');
const deeds = from < 0 ? [] : JSON.parse(told.slice(from + 8, told.indexOf(' DEEDS>>', from)));
const say = (line) => console.log(JSON.stringify(line));
let calls = 0;
const tool = (name, input, work) => {
  const id = 'call_' + ++calls;
  say({ type: 'assistant', message: { content: [{ type: 'tool_use', id, name, input }] } });
  const { output, failed } = work();
  say({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: id, content: output, is_error: failed }] } });
};
say({ type: 'system', subtype: 'init', session_id: 'session-1' });
let last = 'done';
for (const deed of deeds) {
  if ('write' in deed) tool('Write', deed, () => (writeFileSync(deed.write, deed.text), { output: '', failed: false }));
  else if ('run' in deed) tool('Bash', { command: deed.run }, () => {
    const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', deed.run], { encoding: 'utf8' });
    return { output: stdout + stderr, failed: status !== 0 };
  });
  else if ('crash' in deed) process.kill(process.pid, 'SIGKILL');
  else {
    last = deed.finish;
    if (deed.outputs) last += '\\n\`\`\`outputs\\n' + JSON.stringify(deed.outputs) + '\\n\`\`\`';
    break;
  }
}
say({ type: 'assistant', message: { content: [{ type: 'text', text: last }] } });
say({ type: 'result', is_error: false, subtype: 'success', usage: { input_tokens: 7, cache_read_input_tokens: 3, output_tokens: 5 }, total_cost_usd: 0.5 });
`;

const directories: string[] = [];
const benches: TurnBench[] = [];
afterEach(async () => {
  for (const one of benches.splice(0)) await one.close();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** A data directory with one program in its `agents.json`, which is a script that Node runs. */
async function programsOf(script: string, entry: Record<string, unknown> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'fusion-programs-'));
  directories.push(dataDir);
  await writeFile(join(dataDir, 'bot.mjs'), script);
  const headless = { command: process.execPath, args: [join(dataDir, 'bot.mjs')], ...entry };
  await writeFile(join(dataDir, 'agents.json'), JSON.stringify({ bot: { headless, readable: [dataDir] } }));
  return openPrograms({ env: { PATH: '', HOME: dataDir }, dataDir });
}

const withBot = (turn: Turn, more: Partial<Turn['agent']> = {}): Turn['agent'] => ({
  ...turn.agent,
  runtime: 'command',
  program: 'bot',
  ...more,
});

async function bench(script: string, entry: Record<string, unknown> = {}, work: Record<string, unknown> = {}) {
  const made = await turnBench(work);
  benches.push(made);
  const runtime = command({ programs: await programsOf(script, entry) });
  return { ...made, runtime, turn: { ...made.turn, agent: withBot(made.turn) } };
}

let worker: Awaited<ReturnType<typeof programsOf>>;
runtimeConformance('command', {
  make: () => command({ programs: worker }),
  async open({ turn }) {
    worker = await programsOf(WORKER, { output: 'claude' });
    return { turn: { agent: withBot(turn) }, close: async () => undefined };
  },
  can: {
    tools: true,
    steering: 'never',
    permissions: false,
    outputs: true,
    pauses: 'before it begins',
    crash: 'process_died',
    resumes: 'from the beginning',
  },
});

describe('a program whose output is plain', () => {
  it('is answered by what it printed, and shows it as it comes', async () => {
    const { runtime, turn } = await bench('console.log("all is well")');
    const { result, deltas, events } = await drive(runtime, turn);
    expect(result.summary).toBe('all is well');
    expect(deltas.join('')).toBe('all is well\n');
    expect(events.map(({ type }) => type)).toEqual(['turn.opened', 'step.answered']);
  });

  it('is told the task on its standard input, or in an argument', async () => {
    const byInput = await bench('process.stdin.pipe(process.stdout)');
    expect((await drive(byInput.runtime, byInput.turn)).result.summary).toContain(
      'Write the notes, then correct them.',
    );
    const script = `import { readFileSync } from 'node:fs'; console.log(process.argv[2] + '|' + readFileSync(0, 'utf8'))`;
    const byArgument = await bench(script, {});
    const programs = await programsOf(script, {
      args: [join(directories.at(-1) ?? '', 'bot.mjs'), '--task={prompt}'],
      prompt: 'argument',
      template: 'Please: {prompt} ({title})',
    });
    const { result } = await drive(command({ programs }), byArgument.turn);
    expect(result.summary).toBe('--task=Please: Write the notes, then correct them. (Change the notes)|');
  });

  it('gives outputs by the file that it is told of, and by the block in its last words', async () => {
    const script = `
      import { writeFileSync } from 'node:fs';
      writeFileSync(process.env.FUSION_KIT_OUTPUTS, JSON.stringify({ answer: 42, why: 'because' }));
      console.log('found it\\n\`\`\`outputs\\n{"where": "here"}\\n\`\`\`');`;
    const { runtime, turn } = await bench(script, {}, { outputs: ['answer', 'why', 'where'] });
    const { result } = await drive(runtime, turn);
    expect(result).toEqual({ summary: 'found it', outputs: { answer: '42', why: 'because', where: 'here' } });
  });

  it('does not find the outputs of a task before', async () => {
    const script = `
      import { existsSync, writeFileSync } from 'node:fs';
      console.log(existsSync(process.env.FUSION_KIT_OUTPUTS));
      writeFileSync(process.env.FUSION_KIT_OUTPUTS, '{"answer": "old"}');`;
    const { runtime, turn } = await bench(script, {}, { outputs: ['answer'] });
    await drive(runtime, turn);
    expect((await drive(runtime, turn)).result.summary).toBe('false');
  });

  it.each([
    [
      'an exit code',
      'console.error("no such luck"); process.exitCode = 3',
      'command_failed',
      /exit code 3: no such luck/,
    ],
    ['a signal', 'process.kill(process.pid, "SIGKILL")', 'process_died', /killed/],
  ])('fails with what it complained of when it ends by %s', async (_how, script, code, message) => {
    const { runtime, turn } = await bench(script);
    await expect(drive(runtime, turn)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is stopped when it prints without end', { timeout: 60_000 }, async () => {
    const { runtime, turn } = await bench(
      `const line = 'x'.repeat(1e6); for (;;) { await new Promise((go) => process.stdout.write(line, go)); }`,
    );
    await expect(drive(runtime, turn)).rejects.toMatchObject({
      code: 'command_failed',
      message: expect.stringMatching(/without end/),
    });
  });

  it('is told in a new process what was done before, and why it goes on', async () => {
    const { runtime, turn } = await bench('process.stdin.pipe(process.stdout)');
    const history: RuntimeEvent[] = [
      { type: 'turn.opened', system: 'Rules.', prompt: 'The task as it was.' },
      { type: 'step.answered', step: 1, text: 'I looked at the shelf.', calls: [], finishReason: 'tool_calls' },
    ];
    const { result, events } = await drive(runtime, { ...turn, history, note: 'the tests failed', attempt: 2 });
    expect(result.summary).toMatch(
      /Rules\.[\s\S]*The task as it was\.[\s\S]*I looked at the shelf\.[\s\S]*the tests failed/,
    );
    expect(eventsOf(events, 'turn.told')).toMatchObject([{ text: 'the tests failed', attempt: 2 }]);
    expect(eventsOf(events, 'turn.opened')).toEqual([]);
  });
});

it('a model that is refused for good ends the program that tries again for ever, with the reason', async () => {
  const { runtime, turn } = await bench('setInterval(() => undefined, 1_000)');
  const refused = new FusionError('provider_credits', 'no credits left', { retryAfterMs: 3_600_000 });
  const services = { url: 'http://127.0.0.1:1', token: 'the-token', failure: () => refused };
  await expect(drive(runtime, { ...turn, services })).rejects.toBe(refused);
});

it('an agent that is to ask first is refused: there is nobody to ask', async () => {
  const { runtime, turn } = await bench('console.log("done")');
  const agent = { ...turn.agent, permissions: 'ask' as const };
  await expect(runtime.check?.(agent)).rejects.toMatchObject({ code: 'permissions_unheld' });
  await expect(drive(runtime, { ...turn, agent })).rejects.toMatchObject({ code: 'permissions_unheld' });
});

describe('a program that speaks a dialect', () => {
  it('tells what it used only where nobody else counts that', async () => {
    const { runtime, turn } = await bench(WORKER, { output: 'claude' });
    const counted = await drive(runtime, turn);
    expect(eventsOf(counted.events, 'usage.reported')).toEqual([]);
    expect(eventsOf(counted.events, 'session.opened')).toMatchObject([{ session: 'session-1', program: 'bot' }]);
  });

  it('fails when it says that it gave up, whatever its exit code', async () => {
    const script = `console.log(JSON.stringify({ type: 'result', is_error: true, subtype: 'error_max_turns' }))`;
    const { runtime, turn } = await bench(script, { output: 'claude' });
    await expect(drive(runtime, turn)).rejects.toMatchObject({ code: 'command_failed', message: /error_max_turns/ });
  });

  it('is stopped at the step limit', async () => {
    const script = `for (let n = 0; ; n++) {
      console.log(JSON.stringify({ type: 'assistant', message: { content: [{ type: 'tool_use', id: 'c' + n, name: 'Bash', input: { n } }] } }));
      console.log(JSON.stringify({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'c' + n, content: 'ok' }] } }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }`;
    const { runtime, turn } = await bench(script, { output: 'claude' }, { maxSteps: 4 });
    await expect(drive(runtime, turn)).rejects.toMatchObject({ code: 'step_limit' });
  });
});
