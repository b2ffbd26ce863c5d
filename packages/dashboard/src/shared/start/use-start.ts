import { Started } from '@fusion-kit/domain/api';
import { asFusionError, type FusionError } from '@fusion-kit/domain/errors';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useLiveContext } from '../live/live-context.ts';

/** Starts a run and goes to it; what the server refuses is told where it was asked for. */
export function useStart(): {
  start: (path: string, body: unknown) => Promise<boolean>;
  starting: boolean;
  refused: FusionError | undefined;
} {
  const { api } = useLiveContext();
  const navigate = useNavigate();
  const [starting, setStarting] = useState(false);
  const [refused, setRefused] = useState<FusionError>();
  const start = async (path: string, body: unknown): Promise<boolean> => {
    setStarting(true);
    setRefused(undefined);
    try {
      const { run } = await api.make(path, body, Started);
      await navigate({ to: '/run', search: { run: run.id } });
      return true;
    } catch (thrown) {
      setRefused(asFusionError(thrown));
      return false;
    } finally {
      setStarting(false);
    }
  };
  return { start, starting, refused };
}
