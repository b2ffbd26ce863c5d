import type { Agent } from '@fusion-kit/domain/agent';
import type { NewId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { ProjectStore } from '@fusion-kit/domain/ports/workspaces';
import type { Project } from '@fusion-kit/domain/project';
import type { Run } from '@fusion-kit/domain/run';
import { runEnded } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { Workflow } from '@fusion-kit/domain/workflow';
import type { Casts } from './again/casts.ts';
import { forkRun } from './again/fork-run.ts';
import { reenactRun } from './again/reenact-run.ts';
import type { Engine } from './engine.ts';
import { Lookups, versionOf } from './lookups.ts';
import { inspectProject } from './projects.ts';
import { branchName } from './run-plan.ts';
import { baseOf, startRun } from './start-run.ts';
import { canonicalJson } from './state-hash.ts';
import type { Writer } from './writer.ts';

export interface UseCasesOptions {
  writer: Writer;
  journal: Journal;
  blobs: Blobs;
  store: ProjectStore;
  newId: NewId;
  clock: () => number;
  casts: Casts;
}

type UseCases = Pick<
  Engine,
  | 'createProject'
  | 'spawnAgent'
  | 'saveWorkflow'
  | 'definitionOf'
  | 'startRun'
  | 'forkRun'
  | 'reenactRun'
  | 'createTask'
>;

/** What people ask for in one word and the writer in several: looks at files and repositories first, then puts one command. */
export function useCases({ writer, journal, blobs, store, newId, clock, casts }: UseCasesOptions): UseCases {
  const lookups = new Lookups({ writer, journal, blobs });
  const starting = { lookups, writer, blobs, store, newId, clock };

  /** The run that holds the tasks given by hand, made when the first one comes. */
  const standingRun = async (project: Project): Promise<Run> => {
    const isStanding = (run: Run) => run.projectId === project.id && !run.workflowId && !runEnded(run.state);
    const present = await writer.read((world) => [...world.all('runs')].find(isStanding));
    if (present) return present;
    const id = newId('run');
    const base = await baseOf(store, project);
    const branch = base && branchName('tasks', id);
    if (base && branch) await store.start(project, { id, branch, base });
    const spec = {
      id,
      projectId: project.id,
      name: 'tasks given by hand',
      inputs: {},
      ...(base && branch && { base, branch }),
      setup: [],
      check: [],
      budget: {},
    };
    await writer.submit({ type: 'run.start', spec, tasks: [], agents: [] });
    return lookups.made('runs', id);
  };
  /** One at a time, so that two first tasks do not make two standing runs. */
  let standing: Promise<unknown> = Promise.resolve();

  return {
    async createProject({ path, name, budget }, idempotency) {
      const found = await inspectProject(path);
      const projectId = newId('prj');
      const command = {
        type: 'project.create',
        projectId,
        name: name ?? found.name,
        path: found.path,
        kind: found.kind,
        budget,
      } as const;
      return lookups.made('projects', (await writer.submit(command, idempotency, projectId)).reply);
    },

    async spawnAgent({ project, spec }, idempotency): Promise<Agent> {
      const agentId = newId('agt');
      return lookups.made(
        'agents',
        (await writer.submit({ type: 'agent.spawn', agentId, projectId: project, spec }, idempotency, agentId)).reply,
      );
    },

    async saveWorkflow({ project, definition, author }, idempotency) {
      const { name } = definition;
      const isSame = (each: Workflow) => each.projectId === project && each.name === name && each.state !== 'archived';
      const present = await writer.read((world) => [...world.all('workflows')].find(isSame));
      const workflowId = present?.id ?? newId('wfl');
      const kept = await blobs.put(canonicalJson(definition));
      const command = {
        type: 'workflow.save',
        workflowId,
        projectId: project,
        name,
        nodeCount: definition.nodes.length,
        definition: kept,
        author,
      } as const;
      return lookups.made('workflows', (await writer.submit(command, idempotency, workflowId)).reply);
    },

    async definitionOf(workflowId, version) {
      return lookups.definition(versionOf(await lookups.workflow(workflowId), version).definition);
    },

    startRun: (request, idempotency) => startRun(starting, request, idempotency),
    forkRun: (request, idempotency) => forkRun({ ...starting, journal }, request, idempotency),
    reenactRun: (request, idempotency) => reenactRun({ ...starting, journal, casts }, request, idempotency),

    async createTask({ project: projectId, task }, idempotency): Promise<Task> {
      const project = await lookups.project(projectId);
      const settled = standing.then(() => standingRun(project));
      standing = settled.catch(() => {});
      const run = await settled;
      const id = newId('tsk');
      const spec = { ...task, id, projectId, runId: run.id, node: `task-${id.slice(-8).toLowerCase()}`, unblocks: 0 };
      return lookups.made('tasks', (await writer.submit({ type: 'task.create', spec }, idempotency, id)).reply);
    },
  };
}
