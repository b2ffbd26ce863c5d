import { asFusionError } from '@fusion-kit/domain/errors';
import { notifications } from '@mantine/notifications';
import { useCallback, useState } from 'react';
import { useLiveContext } from '../live/live-context.ts';

type Method = 'POST' | 'PATCH' | 'DELETE';

/** Shows what went wrong and what to do about it. */
export function showError(thrown: unknown): void {
  const error = asFusionError(thrown);
  notifications.show({
    color: 'red',
    title: error.message,
    message: error.remedy,
    autoClose: 12_000,
    withBorder: true,
  });
}

/** Asks the server for a change. Answers whether it was accepted; a refusal is shown with its remedy. */
export function useSend(): {
  send: (method: Method, path: string, body?: unknown) => Promise<boolean>;
  sending: boolean;
} {
  const { api } = useLiveContext();
  const [open, setOpen] = useState(0);
  const send = useCallback(
    async (method: Method, path: string, body?: unknown) => {
      setOpen((before) => before + 1);
      try {
        await api.send(method, path, body);
        return true;
      } catch (thrown) {
        showError(thrown);
        return false;
      } finally {
        setOpen((before) => before - 1);
      }
    },
    [api],
  );
  return { send, sending: open > 0 };
}
