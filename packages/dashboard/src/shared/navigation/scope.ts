import type { Project } from '@fusion-kit/domain/project';
import { type Run, runEnded } from '@fusion-kit/domain/run';
import type { LiveStore } from '../live/live-store.ts';
import { useLive } from '../live/use-live.ts';
import { usePageSearch } from './use-open.ts';
import type { PageSearch } from './page-search.ts';

/** The later started of two runs, those under way first: what a person most likely wants to see. */
const byInterest = (a: Run, b: Run): number =>
  Number(runEnded(a.state)) - Number(runEnded(b.state)) || b.startedAt - a.startedAt;

/** Runs of workflows, the most interesting first; a standing run counts only where there is no other. Pure. */
export function runsOf(store: LiveStore, projectId?: string): Run[] {
  const own = store.all('runs').filter((run) => projectId === undefined || run.projectId === projectId);
  const ofWorkflows = own.filter((run) => run.workflowId);
  return (ofWorkflows.length > 0 ? ofWorkflows : own).toSorted(byInterest);
}

export function scopeRun(store: LiveStore, search: PageSearch): Run | undefined {
  return (search.run && store.world.get('runs', search.run)) || runsOf(store, search.project)[0];
}

/** The run that the page is about: the one the address names, else the most interesting one. */
export function useScopeRun(): Run | undefined {
  const search = usePageSearch();
  return useLive((store) => scopeRun(store, search));
}

/** The project that the page is about. */
export function useScopeProject(): Project | undefined {
  const search = usePageSearch();
  return useLive((store) => {
    const projectId = search.project ?? scopeRun(store, search)?.projectId;
    const named = projectId === undefined ? undefined : store.world.get('projects', projectId);
    return named ?? store.all('projects').findLast((project) => project.state === 'active');
  });
}
