import type { InboxItem } from '@fusion-kit/domain/inbox';
import { preview } from '@fusion-kit/domain/text';
import {
  type Icon,
  IconAlertTriangleFilled,
  IconCircleXFilled,
  IconMessageQuestion,
  IconPlugConnectedX,
  IconUserQuestion,
} from '@tabler/icons-react';
import { PROCESS_WORDS } from '../../shared/format/process-words.ts';

export const INBOX_LOOKS: Record<InboxItem['kind'], { icon: Icon; word: string; tone: 'wait' | 'bad' }> = {
  approval: { icon: IconUserQuestion, word: 'needs an answer', tone: 'wait' },
  question: { icon: IconMessageQuestion, word: 'asks', tone: 'wait' },
  blocked: { icon: IconPlugConnectedX, word: 'cannot begin', tone: 'bad' },
  stalled: { icon: IconAlertTriangleFilled, word: 'makes no progress', tone: 'bad' },
  failure: { icon: IconCircleXFilled, word: 'failed', tone: 'bad' },
};

/** What an item is about, in one line. Pure. */
export function inboxLine(item: InboxItem): string {
  switch (item.kind) {
    case 'approval':
      return firstLine(item.message);
    case 'question':
      return firstLine(preview(item.text));
    case 'stalled':
      return PROCESS_WORDS[item.process];
    case 'blocked':
    case 'failure':
      return item.failure.message;
  }
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
