import type { Project } from '@fusion-kit/domain/project';
import { type Run, runEnded } from '@fusion-kit/domain/run';
import type { LiveStore } from '../live/live-store.ts';
import { useLive } from '../live/use-live.ts';
import { usePageSearch } from './use-open.ts';
import type { PageSearch } from './page-search.ts';

/** A workflow's run under way comes first, then tasks given by hand that are still open, then what has ended. */
const interest = (store: LiveStore, run: Run): number => {
  if (run.workflowId) return runEnded(run.state) ? 2 : 0;
  return store.world.openTasks(run.id) > 0 ? 1 : 3;
};

/** The runs of a project (of all, when none is named), those that a person most likely wants to see first. Pure. */
export function runsOf(store: LiveStore, projectId?: string): Run[] {
  return store
    .all('runs')
    .filter((run) => projectId === undefined || run.projectId === projectId)
    .toSorted((a, b) => interest(store, a) - interest(store, b) || b.startedAt - a.startedAt);
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
