import type { Entry } from '@fusion-kit/domain/entry';
import { asFusionError, type FusionError } from '@fusion-kit/domain/errors';
import { useEffect, useState } from 'react';
import { EntryPage } from '../api/entry-page.ts';
import { useLiveContext } from '../live/live-context.ts';

const PAGE = 500;
const PAGES_MAX = 20;

export interface TaskLog {
  entries: readonly Entry[];
  state: 'loading' | 'ready' | 'failed';
  error?: FusionError;
}

/** All entries of a task: what the server has, then what comes live. Nothing twice, in order. */
export function useTaskLog(taskId: string): TaskLog {
  const { api, store } = useLiveContext();
  const [log, setLog] = useState<TaskLog & { taskId: string }>({ taskId, entries: [], state: 'loading' });
  useEffect(() => {
    const leaving = new AbortController();
    const add = (more: readonly Entry[], change: Partial<TaskLog> = {}) => {
      if (leaving.signal.aborted) return;
      setLog((before) => {
        const own = before.taskId === taskId ? before : { taskId, entries: [], state: 'loading' as const };
        return { ...own, ...change, entries: merged(own.entries, more) };
      });
    };
    // the live entries first, so that none falls between the two
    const unfollow = store.follow((fresh) => {
      const own = fresh.filter(({ event }) => 'taskId' in event && event.taskId === taskId);
      if (own.length > 0) add(own);
    });
    const read = async () => {
      let after = 0;
      for (let at = 0; at < PAGES_MAX; at++) {
        const query = { task: taskId, limit: PAGE, order: 'oldest', after };
        const page = await api.get('/events', EntryPage, { signal: leaving.signal, query });
        add(page.items);
        if (page.next === null) break;
        after = Number(page.next);
      }
    };
    read().then(
      () => add([], { state: 'ready' }),
      (thrown: unknown) => add([], { state: 'failed', error: asFusionError(thrown) }),
    );
    return () => {
      leaving.abort();
      unfollow();
    };
  }, [api, store, taskId]);
  return log.taskId === taskId ? log : { entries: [], state: 'loading' };
}

/** Two lists of entries as one: in order, each once. Pure. */
export function merged(known: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const bySeq = new Map(known.map((entry) => [entry.seq, entry]));
  for (const entry of more) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}
