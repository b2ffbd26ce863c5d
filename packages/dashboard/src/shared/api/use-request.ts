import { asFusionError, type FusionError } from '@fusion-kit/domain/errors';
import { useEffect, useState } from 'react';
import type * as z from 'zod';
import { useLiveContext } from '../live/live-context.ts';
import type { Query } from './api-client.ts';

export type Requested<Answer> =
  | { state: 'loading' }
  | { state: 'failed'; error: FusionError }
  | { state: 'ready'; answer: Answer };

/** What the server answers to one GET; asked again when the path or the query changes. */
export function useRequest<Answer>(path: string, answer: z.ZodType<Answer>, query?: Query): Requested<Answer> {
  const { api } = useLiveContext();
  const asked = JSON.stringify([path, query]);
  const [result, setResult] = useState<{ asked: string; requested: Requested<Answer> }>();
  useEffect(() => {
    const leaving = new AbortController();
    const [from, by] = JSON.parse(asked) as [string, Query | undefined];
    const keep = (requested: Requested<Answer>) => leaving.signal.aborted || setResult({ asked, requested });
    api.get(from, answer, { signal: leaving.signal, ...(by && { query: by }) }).then(
      (ready) => keep({ state: 'ready', answer: ready }),
      (thrown: unknown) => keep({ state: 'failed', error: asFusionError(thrown) }),
    );
    return () => leaving.abort();
  }, [api, asked, answer]);
  return result?.asked === asked ? result.requested : { state: 'loading' };
}
