import type { Agent } from '@fusion-kit/domain/agent';
import { FusionError } from '@fusion-kit/domain/errors';
import type { NewId, ProjectId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { ProjectStore } from '@fusion-kit/domain/ports/workspaces';
import type { Project } from '@fusion-kit/domain/project';
import type { Rows, Table } from '@fusion-kit/domain/row';
import type { Run } from '@fusion-kit/domain/run';
import { runEnded } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { type Workflow, WorkflowDefinition } from '@fusion-kit/domain/workflow';
import type { Engine, Idempotency } from './engine.ts';
import { inspectProject } from './projects.ts';
import { branchName, planRun } from './run-plan.ts';
import { canonicalJson } from './state-hash.ts';
import type { Writer } from './writer.ts';

export interface UseCasesOptions {
  writer: Writer;
  journal: Journal;
  blobs: Blobs;
  store: ProjectStore;
  newId: NewId;
}

type UseCases = Pick<
  Engine,
  'createProject' | 'spawnAgent' | 'saveWorkflow' | 'definitionOf' | 'startRun' | 'createTask'
>;

/** What people ask for in one word and the writer in several: looks at files and repositories first, then puts one command. */
export function useCases({ writer, journal, blobs, store, newId }: UseCasesOptions): UseCases {
  /** The row behind a reply: from memory, else from the journal. */
  const rowOf = async <T extends Table>(table: T, id: string): Promise<Rows[T] | undefined> => {
    const held = await writer.read((world) => world.get(table, id));
    return held ?? (await journal.find({ table, ids: [id], limit: 1 }))[0];
  };
  const made = async <T extends Table>(table: T, reply: unknown): Promise<Rows[T]> => {
    const row = await rowOf(table, String(reply));
    if (!row) throw new FusionError('internal', `${String(reply)} was accepted but is not there`);
    return row;
  };
  const projectOf = async (id: ProjectId): Promise<Project> => {
    const project = await rowOf('projects', id);
    if (!project || project.state === 'deleted') throw new FusionError('project_unknown', `there is no project ${id}`);
    return project;
  };
  /** Where work on a project starts: the user's present commit, fetched into the store. */
  const baseOf = async (project: Project): Promise<string | undefined> =>
    project.kind === 'git' ? (await store.refresh(project)).head : undefined;

  const workflowOf = async (id: string): Promise<Workflow> => {
    const workflow = await rowOf('workflows', id);
    if (!workflow) throw new FusionError('workflow_unknown', `there is no workflow ${id}`);
    return workflow;
  };

  const definitionOf: Engine['definitionOf'] = async (workflowId, version) => {
    const workflow = await workflowOf(workflowId);
    const wanted = workflow.versions.find((each) => each.version === (version ?? workflow.version));
    if (!wanted)
      throw new FusionError(
        'workflow_unknown',
        `workflow ${workflow.name} has no version ${version}; the latest is ${workflow.version}`,
      );
    return WorkflowDefinition.parse(JSON.parse(await blobs.get(wanted.definition.blob)));
  };

  /** The run that holds the tasks given by hand, made when the first one comes. */
  const standingRun = async (project: Project): Promise<Run> => {
    const isStanding = (run: Run) => run.projectId === project.id && !run.workflowId && !runEnded(run.state);
    const present = await writer.read((world) => [...world.all('runs')].find(isStanding));
    if (present) return present;
    const id = newId('run');
    const base = await baseOf(project);
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
    return made('runs', id);
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
      return made('projects', (await writer.submit(command, idempotency, projectId)).reply);
    },

    async spawnAgent({ project, spec }, idempotency): Promise<Agent> {
      const agentId = newId('agt');
      return made(
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
      return made('workflows', (await writer.submit(command, idempotency, workflowId)).reply);
    },

    definitionOf,

    async startRun({ workflowId, inputs, defaults }, idempotency?: Idempotency) {
      const workflow = await workflowOf(workflowId);
      if (workflow.state === 'archived') throw new FusionError('move_refused', `workflow ${workflow.name} is archived`);
      const [definition, project] = await Promise.all([definitionOf(workflowId), projectOf(workflow.projectId)]);
      const id = newId('run');
      const namesTaken = await writer.read(
        (world) => new Set([...world.agentsOf(project.id)].filter((agent) => !agent.runId).map((agent) => agent.name)),
      );
      const base = await baseOf(project);
      const plan = planRun({ id, project, workflow, definition, inputs, defaults, namesTaken, base, newId });
      const repeated = idempotency && (await rowOf('keys', idempotency.key));
      const { branch } = plan.spec;
      if (base && branch && !repeated) await store.start(project, { id, branch, base });
      return made('runs', (await writer.submit({ type: 'run.start', ...plan }, idempotency, id)).reply);
    },

    async createTask({ project: projectId, task }, idempotency): Promise<Task> {
      const project = await projectOf(projectId);
      const settled = standing.then(() => standingRun(project));
      standing = settled.catch(() => {});
      const run = await settled;
      const id = newId('tsk');
      const spec = { ...task, id, projectId, runId: run.id, node: `task-${id.slice(-8).toLowerCase()}`, unblocks: 0 };
      return made('tasks', (await writer.submit({ type: 'task.create', spec }, idempotency, id)).reply);
    },
  };
}
