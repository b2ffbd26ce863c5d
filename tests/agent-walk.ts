import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { Event, EventOf, EventType } from '@fusion-kit/domain/event';
import { preview } from '@fusion-kit/domain/text';
import { acp } from '@fusion-kit/runtimes/acp/acp';
import { openPrograms } from '@fusion-kit/runtimes/programs/open-programs';
import { googleUpstream } from '@fusion-kit/upstreams/vendors';
import { type ScriptedServer, startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { scriptedUpstream } from '@fusion-kit/upstreams/scripted/upstream';
import { agentWork, node, runEnds, tasksOf } from './house.ts';
import { openWorkingHouse, type WorkingHouse } from './working-house.ts';

/** What the model has the agent do whose prompt this is in. */
const scripted = (...steps: readonly object[]): string => `<<SCRIPT ${JSON.stringify(steps)} >>`;

const PLAN = scripted(
  { write: { path: 'plan.txt', content: 'one\ntwo\n' } },
  { shell: 'echo three >> plan.txt' },
  { mcp: 'fusion_send_message', args: { to: 'bob', text: 'the plan is in plan.txt' } },
  { mcp: 'fusion_finish', args: { summary: 'planned', outputs: [{ name: 'steps', value: '3' }] } },
  { say: 'I have planned it.' },
);
const BUILD = scripted(
  { shell: 'wc -l < plan.txt > built.txt; echo counted' },
  { mcp: 'fusion_read_output', args: { task: 'plan', name: 'steps' } },
  { mcp: 'fusion_send_message', args: { to: 'ada', text: 'it is built' } },
  { say: 'It is built as planned.' },
);

/** A house with agents that are programs, at work for a scripted model behind the gateway. */
export async function programHouse(
  team: readonly (Partial<AgentSpec> & { program: string })[],
  dataDir: string,
): Promise<{ house: WorkingHouse; server: ScriptedServer; readonly close: () => Promise<void> }> {
  const programs = openPrograms({ env: process.env, dataDir });
  const server = await startScriptedServer();
  const { apiKey, baseUrl } = server;
  const isGemini = team.some(({ program }) => programs.named(program).wire === 'gemini');
  const house = await openWorkingHouse({
    runtimes: [acp({ programs })],
    upstream: (meter) =>
      isGemini ? googleUpstream({ apiKey, baseUrl: `${baseUrl}beta`, meter }) : scriptedUpstream({ server, meter }),
    team: team.map((member) => ({ runtime: 'acp', model: 'scripted/coder', ...member })),
  });
  const close = async () => {
    await house.close();
    await server.close();
  };
  return { house, server, close };
}

export interface AgentWalk {
  ended: Event;
  /** Everything that happened, oldest first. */
  events: readonly { at: number; event: Event }[];
  readonly told: <Type extends EventType>(type: Type) => EventOf<Type>[];
  /** What the two tasks gave: `steps` of the first, the summary of the second, and the file that landed. */
  outcome: { steps: string; summary: string; built: string };
  /** Where the agents' workspaces lay, and their bridges. */
  data: string;
}

/**
 * Two tasks, one after the other, by agents that are programs in cages: one plans, writes to the other and gives an output by a tool of the house; the other reads that, builds,
 * and writes back. Their models are scripted, behind the gateway.
 *
 * @param meanwhile given the directory in which the agents work, while they do
 */
export async function agentWalk(
  { plan, build }: { plan: string; build: string },
  { dataDir, meanwhile = () => {} }: { dataDir: string; meanwhile?: (data: string) => void },
): Promise<AgentWalk & { readonly close: () => Promise<void> }> {
  const team = [
    { name: 'ada', program: plan, capabilities: ['plan'] },
    { name: 'bob', program: build, capabilities: ['build'] },
  ];
  const { house, close } = await programHouse(team, dataDir);
  try {
    const { engine, project, data } = house;
    meanwhile(data);
    const by = (id: string, prompt: string, outputs: string[]) => ({
      work: { ...agentWork(id), prompt, outputs, expectsChanges: true, maxSteps: 30 },
      requires: [id],
      timeoutMs: 240_000,
    });
    const run = await house.start([
      node('plan', [], by('plan', `Plan it. ${PLAN}`, ['steps'])),
      node('build', ['plan'], by('build', `Build it. ${BUILD}`, ['summary'])),
    ]);
    const { event: ended } = await runEnds(engine, run.id);
    const [first, second] = await tasksOf(engine, run.id);
    const { stdout: built } = await promisify(execFile)('git', ['show', `${run.branch}:built.txt`], {
      cwd: project,
    }).catch(() => ({ stdout: '' }));
    const events = await engine.events(0, 10_000, {});
    return {
      ended,
      events,
      told: <Type extends EventType>(type: Type) =>
        events.flatMap(({ event }) => (event.type === type ? [event as EventOf<Type>] : [])),
      outcome: {
        steps: preview(first?.outputs?.['steps'] ?? ''),
        summary: preview(second?.outputs?.['summary'] ?? ''),
        built: built.trim(),
      },
      data,
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** What of a walk did not go as it should, in words; nothing when all did. */
export function mistakesOf({ ended, told, outcome }: AgentWalk): string[] {
  const wrong = (is: boolean, what: string): string[] => (is ? [] : [what]);
  const failures = told('task.failed').map(({ failure }) => `${failure.code}: ${failure.message}`);
  const failed = told('tool.returned').filter(({ isError }) => isError);
  const sent = told('message.sent').map(({ text }) => preview(text));
  const read = told('turn.told').map(({ text }) => preview(text));
  return [
    ...wrong(ended.type === 'run.completed', `the run ended with ${ended.type} ${failures.join('; ')}`),
    ...wrong(outcome.steps === '3', `the output is ${JSON.stringify(outcome.steps)} and not 3`),
    ...wrong(outcome.built === '3', `what was built is ${JSON.stringify(outcome.built)} and not 3`),
    ...wrong(outcome.summary.includes('It is built as planned.'), `the summary is ${JSON.stringify(outcome.summary)}`),
    ...wrong(sent.join() === 'the plan is in plan.txt,it is built', `the messages are ${JSON.stringify(sent)}`),
    ...wrong(
      read.some((text) => text.includes('the plan is in plan.txt')),
      'the message did not reach the other agent',
    ),
    ...failed.map(({ tool, output }) => `${tool} failed: ${preview(output)}`),
  ];
}
