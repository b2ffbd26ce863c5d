import { createContext, useContext } from 'react';
import type { ApiClient } from '../api/api-client.ts';
import type { LiveStore } from './live-store.ts';

/** The one store and the one client of the page. */
export interface Live {
  store: LiveStore;
  api: ApiClient;
}

export const LiveContext = createContext<Live | undefined>(undefined);

export function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('LiveContext is not provided');
  return live;
}
