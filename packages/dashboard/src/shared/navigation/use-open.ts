import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { PageSearch } from './page-search.ts';

export const usePageSearch = (): PageSearch => useSearch({ strict: false });

/** Opens and closes drawers and chooses the run, all by the address, so that a link or the back button shows the same. */
export function useOpen(): {
  task: (id: string) => void;
  agent: (id: string) => void;
  run: (id: string) => void;
  project: (id: string) => void;
  workflow: (id: string) => void;
  close: () => void;
} {
  const navigate = useNavigate();
  return useMemo(() => {
    const search = (change: PageSearch) =>
      void navigate({ to: '.', search: (before: PageSearch) => ({ ...before, ...change }) });
    return {
      task: (task) => search({ task, agent: undefined }),
      agent: (agent) => search({ agent, task: undefined }),
      run: (run) => search({ run, project: undefined, task: undefined, agent: undefined }),
      project: (project) => search({ project, run: undefined, task: undefined, agent: undefined }),
      workflow: (workflow) => search({ workflow, task: undefined, agent: undefined }),
      close: () => search({ task: undefined, agent: undefined }),
    };
  }, [navigate]);
}
