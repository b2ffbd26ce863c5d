import type { InboxItem } from '@fusion-kit/domain/inbox';
import { preview } from '@fusion-kit/domain/text';
import { type Icon, IconAlertTriangleFilled, IconCircleXFilled, IconUserQuestion } from '@tabler/icons-react';
import { PROCESS_WORDS } from '../../shared/format/process-words.ts';

export const INBOX_LOOKS: Record<InboxItem['kind'], { icon: Icon; word: string; tone: 'wait' | 'bad' }> = {
  approval: { icon: IconUserQuestion, word: 'needs an answer', tone: 'wait' },
  stalled: { icon: IconAlertTriangleFilled, word: 'makes no progress', tone: 'bad' },
  failure: { icon: IconCircleXFilled, word: 'failed', tone: 'bad' },
};

/** What an item is about, in one line. Pure. */
export function inboxLine(item: InboxItem): string {
  if (item.kind === 'approval') return preview(item.message).split('\n', 1)[0] ?? '';
  return item.kind === 'failure' ? item.failure.message : PROCESS_WORDS[item.process];
}
