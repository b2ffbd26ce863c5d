import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '@fusion-kit/domain/agent';
import type { EventOf, EventType } from '@fusion-kit/domain/event';
import type { Task } from '@fusion-kit/domain/task';
import { type Step, Steps } from '@fusion-kit/upstreams/scripted/scenario';
import { startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { expect, onTestFinished } from 'vitest';
import { git, type RealServer, repository, scratch, startServer } from './real-server.ts';

/** Programs are read from the disk at first, and a loaded machine is slow: only what never comes takes as long. */
export const PATIENCE = { timeout: 120_000, interval: 50 };

/** A server process whose agent is a program that others made; the model that it asks outlives the server. */
export interface ProgramServer {
  /** The data directory. */
  home: string;
  /** The server at work; another one after `again`. */
  server(): RealServer;
  /** Kills the server as a power cut would. */
  kill(): Promise<void>;
  /** Starts a server on what the last one left. */
  again(): Promise<RealServer>;
  /** Starts a run of one task that the agent does as the steps say; more keys of its node may be given. */
  begin(steps: readonly Step[], more?: Record<string, unknown>): Promise<string>;
  agent(): Promise<Agent>;
  task(run: string): Promise<Task>;
  /** All events of a type so far, oldest first. */
  told<Type extends EventType>(type: Type): Promise<EventOf<Type>[]>;
  /** A file of the agent's workspace; empty where it is not there. */
  file(name: string): Promise<string>;
  /** How the run ended, once it has, and why where it failed. */
  ends(run: string): Promise<string>;
  /** What landed of a file. */
  landed(run: string, name: string): Promise<string>;
  /** Command lines of what runs for agents of this server, those of the cages included. */
  processes(): Promise<{ pid: number; line: string }[]>;
  /** Waits until two commands `sleep` run for the agent. */
  sleeps(): Promise<void>;
}

/** Whether a process is a `sleep` that an agent has started. */
export const isSleep = ({ line }: { line: string }): boolean => line.startsWith('sleep ');

export interface ProgramServerOptions {
  program: string;
  permissions?: 'allow' | 'ask' | 'deny';
  sandbox?: 'auto' | 'none';
}

/** Opens one; all of it is gone when the test is over. */
export async function openProgramServer({
  program,
  permissions = 'allow',
  sandbox = 'auto',
}: ProgramServerOptions): Promise<ProgramServer> {
  const place = await scratch('programs');
  onTestFinished(() => place.remove());
  const [home, project] = [join(place.path, 'data'), join(place.path, 'project')];
  await repository(project, { 'README.md': 'Something.\n' });
  const model = await startScriptedServer();
  onTestFinished(() => model.close());
  const { XDG_CACHE_HOME } = process.env;
  const env = {
    OPENROUTER_BASE_URL: model.baseUrl,
    OPENROUTER_API_KEY: model.apiKey,
    FUSION_KIT_KEYRING: 'off',
    ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }),
  };
  const start = async () => {
    const started = await startServer({ home, sandbox, env });
    onTestFinished(() => started.stop());
    return started;
  };
  let server = await start();
  const call: RealServer['call'] = (...request) => server.call(...request);
  const itemsAt = async <Item>(path: string) => (await call<{ items: Item[] }>('GET', path)).items;
  const agent = async () => {
    const [only] = await itemsAt<Agent>('/agents');
    if (!only) throw new Error('there is no agent');
    return only;
  };
  const told = async <Type extends EventType>(type: Type) => {
    const items = await itemsAt<{ event: EventOf<Type> }>(`/events?type=${type}&limit=500&order=oldest`);
    return items.map(({ event }) => event);
  };
  const processes = () => processesOf(join(home, 'workspaces'));
  return {
    home,
    server: () => server,
    kill: () => server.kill(),
    again: async () => (server = await start()),
    async begin(steps, more = {}) {
      const { id } = await call<{ id: string }>('POST', '/projects', { path: project });
      const source = [
        'name: walk',
        `team: [{ name: ada, program: ${program}, model: scripted/coder, permissions: ${permissions} }]`,
        'nodes:',
        '  walk:',
        `    prompt: ${JSON.stringify(`Do it. <<SCRIPT ${JSON.stringify(Steps.parse(steps))} >>`)}`,
        ...Object.entries(more).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`),
      ].join('\n');
      const workflow = await call<{ id: string }>('POST', '/workflows', { project: id, source });
      return (await call<{ run: { id: string } }>('POST', `/workflows/${workflow.id}/start`, {})).run.id;
    },
    agent,
    async task(run) {
      const [only] = await itemsAt<Task>(`/tasks?run=${run}`);
      if (!only) throw new Error(`run ${run} has no task`);
      return only;
    },
    told,
    async file(name) {
      const { workspace = '' } = await agent();
      return readFile(join(workspace, name), 'utf8').catch(() => '');
    },
    async ends(run) {
      const state = async () => (await call<{ state: string }>('GET', `/runs/${run}`)).state;
      await expect.poll(state, PATIENCE).not.toBe('running');
      const failures = await told('task.failed');
      return [await state(), ...failures.map(({ failure: { code, message } }) => `${code}: ${message}`)].join(' ');
    },
    async landed(run, name) {
      const { branch } = await call<{ branch: string }>('GET', `/runs/${run}`);
      return git(project, 'show', `${branch}:${name}`);
    },
    processes,
    async sleeps() {
      await expect.poll(async () => (await processes()).filter(isSleep), PATIENCE).toHaveLength(2);
    },
  };
}

/** Processes whose environment names the directory: the HOME of an agent is in it. */
async function processesOf(directory: string): Promise<{ pid: number; line: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const found = pids.map(async (pid) => {
    if (!(await read(pid, 'environ')).includes(directory)) return [];
    return [{ pid: Number(pid), line: (await read(pid, 'cmdline')).replaceAll('\0', ' ').trim() }];
  });
  return (await Promise.all(found)).flat();
}
