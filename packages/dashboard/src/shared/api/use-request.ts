import { asFusionError, type FusionError } from '@fusion-kit/domain/errors';
import { useEffect, useState } from 'react';
import type * as z from 'zod';
import { useLiveContext } from '../live/live-context.ts';
import type { Query } from './api-client.ts';

export type Requested<Answer> =
  | { state: 'loading' }
  | { state: 'failed'; error: FusionError }
  | { state: 'ready'; answer: Answer };

/** What the server answers to one GET; asked again when the path, the query or `again` changes. Until it is answered again the last answer stays. */
export function useRequest<Answer>(
  path: string,
  answer: z.ZodType<Answer>,
  query?: Query,
  again?: string,
): Requested<Answer> {
  const { api } = useLiveContext();
  const what = JSON.stringify([path, query]);
  const asked = JSON.stringify([path, query, again]);
  const [result, setResult] = useState<{ what: string; requested: Requested<Answer> }>();
  useEffect(() => {
    const leaving = new AbortController();
    const [from, by] = JSON.parse(asked) as [string, Query | null];
    const keep = (requested: Requested<Answer>) =>
      leaving.signal.aborted || setResult({ what: JSON.stringify([from, by ?? undefined]), requested });
    api.get(from, answer, { signal: leaving.signal, ...(by && { query: by }) }).then(
      (ready) => keep({ state: 'ready', answer: ready }),
      (thrown: unknown) => keep({ state: 'failed', error: asFusionError(thrown) }),
    );
    return () => leaving.abort();
  }, [api, asked, answer]);
  return result?.what === what ? result.requested : { state: 'loading' };
}
