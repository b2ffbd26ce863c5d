import type { Entry } from '../entry.ts';
import { dayOf, type Project } from '../project.ts';
import { addUsage, NO_USAGE } from '../usage.ts';
import type { Workflow } from '../workflow.ts';

/** The project after an event. Pure. */
export function evolveProject(project: Project | undefined, { at, event }: Entry): Project | undefined {
  if (event.type === 'project.created') {
    const { name, path, kind, budget } = event;
    return { id: event.projectId, name, path, kind, budget, usage: NO_USAGE, state: 'active', createdAt: at };
  }
  if (!project) return undefined;
  if (event.type === 'model.called' || event.type === 'usage.reported') {
    const { budget, today } = project;
    const used = { ...project, usage: addUsage(project.usage, event) };
    if (budget.tokensPerDay === undefined && budget.costUsdPerDay === undefined) return used;
    const day = dayOf(at);
    return { ...used, today: { day, usage: addUsage(today?.day === day ? today.usage : NO_USAGE, event) } };
  }
  if (event.type === 'project.budgeted') return { ...project, budget: event.budget };
  return event.type === 'project.deleted' ? { ...project, state: 'deleted' } : project;
}

/** The workflow after an event: every save adds a version. Pure. */
export function evolveWorkflow(workflow: Workflow | undefined, { at, event }: Entry): Workflow | undefined {
  if (event.type === 'workflow.archived') return workflow && { ...workflow, state: 'archived' };
  if (event.type !== 'workflow.saved') return workflow;
  const { version, definition, author, name, nodeCount, projectId } = event;
  const versions = [...(workflow?.versions ?? []), { version, definition, author, savedAt: at }];
  return {
    id: event.workflowId,
    projectId,
    name,
    state: 'ready',
    version,
    nodeCount,
    definition,
    versions,
    createdAt: workflow?.createdAt ?? at,
  };
}
