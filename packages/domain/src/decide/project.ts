import { FusionError } from '../errors.ts';
import { known, type Rules } from './decision.ts';
import type { Event } from '../event.ts';
import type { Project, ProjectBudget } from '../project.ts';
import { runEnded } from '../run.ts';
import type { World } from '../world.ts';

export const projectRules: Rules<
  'project.create' | 'project.delete' | 'project.budget' | 'workflow.save' | 'workflow.archive' | 'server.record'
> = {
  'project.create'(world, { projectId, name, path, kind, budget }) {
    for (const other of world.all('projects')) {
      if (other.state === 'active' && other.path === path) {
        throw new FusionError('project_exists', `${path} is already the project ${other.name} (${other.id})`, {
          details: { id: other.id },
        });
      }
    }
    return [{ type: 'project.created', v: 1, projectId, name, path, kind, budget }];
  },

  'project.delete'(world, { projectId }) {
    const project = known(world, 'projects', projectId);
    if (project.state === 'deleted') return [];
    const agents = [...world.agentsOf(projectId)].map((agent) => agent.name);
    const runs = [...world.all('runs')].filter(
      (run) => run.projectId === projectId && !runEnded(run.state) && run.workflowId,
    );
    if (agents.length > 0 || runs.length > 0) {
      const busy = [...runs.map((run) => `run ${run.name}`), ...agents.map((name) => `agent ${name}`)];
      throw new FusionError('project_busy', `project ${project.name} still has ${busy.slice(0, 5).join(', ')}`);
    }
    return [{ type: 'project.deleted', v: 1, projectId }];
  },

  'project.budget'(world, { projectId, budget }) {
    const project = known(world, 'projects', projectId);
    if (project.state === 'deleted') throw new FusionError('project_unknown', `project ${project.name} was deleted`);
    return [{ type: 'project.budgeted', v: 1, projectId, budget }, ...unparked(world, project, budget)];
  },

  'workflow.save'(world, { workflowId, projectId, name, nodeCount, definition, author }) {
    known(world, 'projects', projectId);
    const present = world.get('workflows', workflowId);
    if (present && present.state !== 'archived' && present.definition.blob === definition.blob) return [];
    const version = (present?.version ?? 0) + 1;
    return [{ type: 'workflow.saved', v: 1, projectId, workflowId, name, version, nodeCount, definition, author }];
  },

  'workflow.archive'(world, { workflowId }) {
    const workflow = known(world, 'workflows', workflowId);
    return workflow.state === 'archived'
      ? []
      : [{ type: 'workflow.archived', v: 1, projectId: workflow.projectId, workflowId }];
  },

  'server.record': (_world, { event }) => [event],
};

/** What had to wait for the next day goes on now, when a day may use more. */
function unparked(world: World, { id: projectId, budget: before }: Project, now: ProjectBudget): Event[] {
  const isMore = (was: number | undefined, is: number | undefined) =>
    was !== undefined && (is === undefined || is > was);
  if (!isMore(before.tokensPerDay, now.tokensPerDay) && !isMore(before.costUsdPerDay, now.costUsdPerDay)) return [];
  return [...world.all('tasks')]
    .filter((task) => task.projectId === projectId && task.state === 'queued' && task.notBefore !== undefined)
    .filter(({ failure }) => failure?.code === 'budget_day_spent')
    .map(({ id: taskId, runId }): Event => ({ type: 'task.unparked', v: 1, projectId, runId, taskId }));
}
