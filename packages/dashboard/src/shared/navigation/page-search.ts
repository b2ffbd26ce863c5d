/** What every page's address may name: the run or workflow looked at, and the task or agent whose drawer is open. */
export interface PageSearch {
  run?: string | undefined;
  project?: string | undefined;
  task?: string | undefined;
  agent?: string | undefined;
  workflow?: string | undefined;
}

const NAMED = { run: /^run_/, project: /^prj_/, task: /^tsk_/, agent: /^agt_/, workflow: /^wfl_/ } as const;

/** Reads it from an address; what is not an id is left out. Pure. */
export function pageSearch(search: Record<string, unknown>): PageSearch {
  const read = (name: keyof typeof NAMED) => {
    const value = search[name];
    return typeof value === 'string' && NAMED[name].test(value) ? { [name]: value } : {};
  };
  return { ...read('run'), ...read('project'), ...read('task'), ...read('agent'), ...read('workflow') };
}
