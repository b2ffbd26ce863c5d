import type { InboxItem } from '@fusion-kit/domain/inbox';
import { useLive } from './use-live.ts';

/** Which item it is: another asking of the same task is another item. */
export const inboxKey = (item: InboxItem): string =>
  `${item.kind} ${item.taskId} ${item.since}${item.kind === 'stalled' ? ` ${item.process}` : item.kind === 'question' ? ` ${item.questionId}` : ''}`;

const sameItems = (a: readonly InboxItem[], b: readonly InboxItem[]): boolean =>
  a.length === b.length && a.every((item, at) => inboxKey(item) === inboxKey(b[at]!));

/** What waits for a person, in all projects: what goes on when somebody acts first. */
export const useInbox = (): readonly InboxItem[] => useLive((store) => store.inbox, sameItems);
