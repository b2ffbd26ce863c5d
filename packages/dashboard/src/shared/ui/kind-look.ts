import type { NodeKind } from '@fusion-kit/domain/node';
import {
  type Icon,
  IconArrowsJoin2,
  IconArrowsSplit2,
  IconRepeat,
  IconRobot,
  IconSitemap,
  IconStack2,
  IconTerminal2,
  IconUserQuestion,
} from '@tabler/icons-react';

/** One look for each kind of node, always shown with its word. */
export const KIND_LOOKS: Record<NodeKind, { icon: Icon; word: string }> = {
  agent: { icon: IconRobot, word: 'agent' },
  command: { icon: IconTerminal2, word: 'command' },
  approval: { icon: IconUserQuestion, word: 'approval' },
  condition: { icon: IconArrowsSplit2, word: 'condition' },
  join: { icon: IconArrowsJoin2, word: 'join' },
  map: { icon: IconStack2, word: 'map' },
  loop: { icon: IconRepeat, word: 'loop' },
  subworkflow: { icon: IconSitemap, word: 'sub-workflow' },
};
