import type { Entry } from '@fusion-kit/domain/entry';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { Recorder } from './recorder.ts';

/** A run of so many commands in levels of `width`, each of which needs one of the level before. */
export function wideRecording(beginAt: number, count: number, width: number): Entry[] {
  const recorder = new Recorder(beginAt);
  const projectId = recorder.id('prj');
  const workflowId = recorder.id('wfl');
  const runId = recorder.id('run');
  recorder.do({
    type: 'project.create',
    projectId,
    name: 'wide',
    path: '/home/ada/wide',
    kind: 'directory',
    budget: {},
  });
  const ids = Array.from({ length: count }, () => recorder.id('tsk'));
  const tasks = ids.map((id, at): TaskSpec => {
    const needed = ids[at - width];
    return {
      id,
      projectId,
      runId,
      node: `step-${at}`,
      title: `Step ${at}`,
      work: { kind: 'command', run: `echo ${at}`, exitCodes: [0], verify: [], expectsChanges: false },
      priority: 5,
      requires: [],
      needs: needed ? [{ id: needed, accept: ['completed'] }] : [],
      unblocks: 1,
      retry: { limit: 0, backoffMs: 0 },
      timeoutMs: 60_000,
    };
  });
  const spec = { id: runId, projectId, workflowId, name: 'wide', inputs: {}, setup: [], check: [], budget: {} };
  recorder.do({ type: 'run.start', spec, tasks, agents: [] });
  return recorder.entries;
}
