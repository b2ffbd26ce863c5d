import { asFusionError, type FusionError } from '@fusion-kit/domain/errors';
import type { QuestionId } from '@fusion-kit/domain/ids';
import { useState } from 'react';
import { useLiveContext } from '../live/live-context.ts';

export interface Answering<Given> {
  answer: (given: Given) => Promise<void>;
  /**
   * What was chosen, from that moment until the server refuses it; that it holds is seen when the task is no longer there to be answered. An answer in words alone
   * is the empty choice.
   */
  sent: string | undefined;
  refused: FusionError | undefined;
}

/** Sends a person's answer to an approval. */
export function useAnswer(taskId: string): Answering<{ option: string; comment: string; by: string }> {
  return useSent(taskId, ({ option, comment, by }) => ({
    action: 'answer',
    option,
    ...said({ comment, by }),
  }));
}

/** Sends a person's answer to a question of an agent. */
export function useReply(
  taskId: string,
  question: QuestionId,
): Answering<{ option?: string; text: string; by: string }> {
  return useSent(taskId, ({ option, text, by }) => ({
    action: 'reply',
    question,
    ...(option !== undefined && { option }),
    ...said({ text, by }),
  }));
}

/** Fields that something was written in. */
const said = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, text]) => (text.trim() ? [[name, text.trim()]] : [])));

function useSent<Given extends { option?: string }>(
  taskId: string,
  bodyOf: (given: Given) => Record<string, unknown>,
): Answering<Given> {
  const { api } = useLiveContext();
  const [sent, setSent] = useState<string>();
  const [refused, setRefused] = useState<FusionError>();
  const answer = async (given: Given): Promise<void> => {
    setSent(given.option ?? '');
    setRefused(undefined);
    try {
      await api.send('PATCH', `/tasks/${taskId}`, bodyOf(given));
    } catch (thrown) {
      setSent(undefined);
      setRefused(asFusionError(thrown));
    }
  };
  return { answer, sent, refused };
}
