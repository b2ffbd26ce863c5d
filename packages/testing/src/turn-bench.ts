import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentId, DispatchId, MessageId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import { AgentWork } from '@fusion-kit/domain/nodes/agent';
import type { InboundMessage, Turn } from '@fusion-kit/domain/ports/runtime';

const idOf = (prefix: string, number = 0): string => `${prefix}_${String(number).padStart(26, '0')}`;
export const messageId = (number: number): MessageId => MessageId.parse(idOf('msg', number));

/** One task in front of an agent: real directories, and a cage that is a plain command line, so that nothing but the runtime itself ends what it started. */
export interface TurnBench {
  readonly turn: Turn;
  /** What waits for the agent; taken at its next chance. */
  readonly inbox: InboundMessage[];
  /** What the agent has sent. */
  readonly sent: { to: string; text: string }[];
  /** Processes that the runtime has watched, and has not let go. */
  readonly attended: ReadonlySet<number>;
  readonly fileText: (path: string) => string | undefined;
  readonly put: (path: string, text: string) => void;
  close(): Promise<void>;
}

/** @param changes replaces parts of the turn */
export async function turnBench(work: Record<string, unknown> = {}, changes: Partial<Turn> = {}): Promise<TurnBench> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'fusion-runtime-')));
  const [workspacePath, home] = [join(root, 'workspace'), join(root, 'home')];
  await Promise.all([mkdir(workspacePath), mkdir(home)]);
  const inbox: InboundMessage[] = [];
  const sent: TurnBench['sent'] = [];
  const attended = new Set<number>();
  const turn: Turn = {
    caller: {
      projectId: ProjectId.parse(idOf('prj')),
      runId: RunId.parse(idOf('run')),
      taskId: TaskId.parse(idOf('tsk')),
      agentId: AgentId.parse(idOf('agt')),
      dispatchId: DispatchId.parse(idOf('dsp')),
    },
    agent: {
      name: 'ada',
      runtime: 'any',
      capabilities: ['typescript'],
      subscriptions: [],
      instructions: 'Prefer small steps.',
      budget: {},
    },
    title: 'Change the notes',
    work: AgentWork.parse({ kind: 'agent', prompt: 'Write the notes, then correct them.', ...work }),
    inputs: {},
    team: [
      { name: 'ada', capabilities: ['typescript'] },
      { name: 'grace', capabilities: ['review'] },
    ],
    history: [],
    attempt: 1,
    workspacePath,
    home,
    cage: (command, args, options = {}) => ({
      command,
      args: [...args],
      env: { PATH: process.env['PATH'] ?? '', HOME: home, ...options.env },
      cwd: options.cwd ?? workspacePath,
    }),
    takeMessages: () => Promise.resolve(inbox.splice(0)),
    send: (message) => {
      sent.push(message);
      return Promise.resolve();
    },
    ask: () => Promise.resolve({ text: 'As you like.', by: 'a person' }),
    attend(pid) {
      attended.add(pid);
      return () => void attended.delete(pid);
    },
    misfits: () => [],
    gate: () => Promise.resolve(),
    ...changes,
  };
  return {
    turn,
    inbox,
    sent,
    attended,
    fileText(path) {
      const whole = join(workspacePath, path);
      return existsSync(whole) ? readFileSync(whole, 'utf8') : undefined;
    },
    put: (path, text) => writeFileSync(join(workspacePath, path), text),
    close: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
