import { useMemo } from 'react';
import type { Names } from '../format/event-line.ts';
import { useLiveContext } from './live-context.ts';
import type { LiveStore } from './live-store.ts';

/** The names of things as the store knows them now; an unknown id stands for itself. */
export const namesIn = (store: LiveStore): Names => ({
  agent: (id) => store.world.get('agents', id)?.name ?? id,
  task: (id) => store.world.get('tasks', id)?.node ?? id,
  run: (id) => store.world.get('runs', id)?.name ?? id,
});

/** Looks names up when asked, so that it never makes a component render. */
export function useNames(): Names {
  const { store } = useLiveContext();
  return useMemo(() => namesIn(store), [store]);
}
