import { FusionError } from '@fusion-kit/domain/errors';
import type { Letter, PostDesk } from '@fusion-kit/domain/ports/agent-desk';
import type { TeamSight } from '@fusion-kit/domain/sight';
import { AskedQuestions } from './asked-questions.ts';
import type { DeskParts } from './desk.ts';
import type { Quota } from './quota.ts';
import { within } from './within.ts';

export function postDesk({ mailbox, pulse, keep, send, ask, report }: DeskParts, quota: Quota): PostDesk {
  const questions = new AskedQuestions(ask);
  return {
    async team() {
      quota.take('calls');
      return seen(await report({ type: 'team.look' }));
    },

    async read(waitMs, signal) {
      quota.take('calls');
      const over = pulse.within(); // whoever waits for a colleague does not hang
      const enough = new AbortController();
      const waiting = AbortSignal.any([within(waitMs, signal), enough.signal]);
      await Promise.race([mailbox.filled(waiting), questions.answered(waiting)]);
      enough.abort();
      over();
      if (signal.aborted) return []; // nobody would read them
      const messages = mailbox.take();
      const letters = [...messages, ...questions.take().map(letterOf)];
      if (letters.length > 0)
        await keep({ type: 'turn.told', text: told(letters), messageIds: messages.map(({ id }) => id) });
      return letters;
    },

    send(message) {
      quota.take('calls');
      quota.take('messages');
      return send(message);
    },

    async subscribe({ add, remove }) {
      quota.take('calls');
      quota.take('changes of subscriptions');
      return seen(await report({ type: 'agent.subscribe', add: [...add], remove: [...remove] })).subscriptions;
    },

    ask(question, waitMs, signal) {
      quota.take('calls');
      if (!questions.has(question)) quota.take('questions');
      return questions.ask(question, waitMs, signal);
    },
  };
}

function seen({ team }: { team?: TeamSight | undefined }): TeamSight {
  if (!team) throw new FusionError('internal', 'the engine showed no team');
  return team;
}

const told = (letters: readonly Letter[]): string =>
  letters
    .map(({ from, topic, text }) => `Message from ${from}${topic === undefined ? '' : ` on ${topic}`}:\n${text}`)
    .join('\n\n');

/** What a person said to a question when nobody waited for it any more. */
const letterOf = ({ question, answer }: ReturnType<AskedQuestions['take']>[number]): Letter => ({
  from: answer.by,
  text: `On your question "${question.text}": ${[answer.option, answer.text].filter(Boolean).join('. ')}`,
});
