import { asFusionError, type FusionError } from '@fusion-kit/domain/errors';
import { useState } from 'react';
import { useLiveContext } from '../live/live-context.ts';

export interface Answer {
  option: string;
  comment: string;
  by: string;
}

/**
 * Sends a person's answer. `sent` is the option from the moment it was chosen until the server refuses it; that it holds is seen when the task
 * is no longer there to be answered.
 */
export function useAnswer(taskId: string): {
  answer: (given: Answer) => Promise<void>;
  sent: string | undefined;
  refused: FusionError | undefined;
} {
  const { api } = useLiveContext();
  const [sent, setSent] = useState<string>();
  const [refused, setRefused] = useState<FusionError>();
  const answer = async ({ option, comment, by }: Answer): Promise<void> => {
    setSent(option);
    setRefused(undefined);
    const body = {
      action: 'answer',
      option,
      ...(comment.trim() && { comment: comment.trim() }),
      ...(by.trim() && { by: by.trim() }),
    };
    try {
      await api.send('PATCH', `/tasks/${taskId}`, body);
    } catch (thrown) {
      setSent(undefined);
      setRefused(asFusionError(thrown));
    }
  };
  return { answer, sent, refused };
}
