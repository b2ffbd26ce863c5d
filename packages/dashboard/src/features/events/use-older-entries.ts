import type { Entry } from '@fusion-kit/domain/entry';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { EntryPage } from '../../shared/api/entry-page.ts';
import { showError } from '../../shared/api/use-send.ts';
import { useLiveContext } from '../../shared/live/live-context.ts';
import { type EventFilter, typesOf } from './event-filter.ts';

const PAGE = 200;

export interface OlderEntries {
  /** Newest first, all older than those the page holds live. */
  entries: readonly Entry[];
  state: 'idle' | 'loading' | 'end';
  more: () => void;
}

/** Reads the log backwards from the oldest entry known, page by page; a changed filter begins again. */
export function useOlderEntries(oldest: number | undefined, { topic, agentId }: EventFilter): OlderEntries {
  const { api } = useLiveContext();
  const by = `${topic} ${agentId ?? ''}`;
  const [read, setRead] = useState<{ by: string; entries: readonly Entry[]; state: OlderEntries['state'] }>({
    by,
    entries: [],
    state: 'idle',
  });
  const loading = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => loading.current?.abort(), []);
  const own = useMemo(() => (read.by === by ? read : { by, entries: [], state: 'idle' as const }), [read, by]);
  const before = own.entries.at(-1)?.seq ?? oldest;

  const more = useCallback(() => {
    if (before === undefined || before <= 1 || own.state !== 'idle') return;
    const leaving = new AbortController();
    loading.current = leaving;
    setRead({ ...own, state: 'loading' });
    const query = {
      order: 'newest',
      after: before,
      limit: PAGE,
      ...(topic !== 'all' && { type: typesOf(topic).join() }),
      ...(agentId && { agent: agentId }),
    };
    api.get('/events', EntryPage, { query, signal: leaving.signal }).then(
      ({ items }) => {
        const state = items.length < PAGE ? 'end' : 'idle';
        // an answer for a filter that is no longer chosen comes too late
        setRead((now) => (now.by === by ? { by, entries: [...own.entries, ...items], state } : now));
      },
      (thrown: unknown) => {
        if (leaving.signal.aborted) return;
        setRead((now) => (now.by === by ? { ...own, state: 'end' } : now));
        showError(thrown);
      },
    );
  }, [api, before, own, topic, agentId, by]);
  return { entries: own.entries, state: own.state, more };
}
