import type { AgentId } from '@fusion-kit/domain/ids';
import { IconBrain, IconLoader2, IconMessage, IconPencil, IconTerminal2 } from '@tabler/icons-react';
import { useLive } from '../../shared/live/use-live.ts';
import type { Activity } from '../../shared/live/activity.ts';
import styles from './activity-line.module.css';

const ICONS = {
  tool: IconTerminal2,
  said: IconMessage,
  thinking: IconBrain,
  writing: IconPencil,
  phase: IconLoader2,
} as const;
const SHOWN = 220;

const shown = ({ kind, text }: Activity): string =>
  kind === 'writing' ? text.slice(-SHOWN).replace(/\s+/g, ' ') : text;

/** What an agent does at this moment, or streams; `rest` stands there while it does nothing. */
export function ActivityLine({ agentId, rest }: { agentId: AgentId; rest?: string }) {
  const activity = useLive((store) => store.activity(agentId));
  if (!activity) return <span className={`${styles['line']} ${styles['rest']}`}>{rest}</span>;
  const Icon = ICONS[activity.kind];
  return (
    <span className={styles['line']} data-kind={activity.kind}>
      <Icon size={13} aria-hidden />
      <span className={activity.kind === 'writing' ? styles['tail'] : 'fk-clip'}>
        <bdi>{shown(activity)}</bdi>
      </span>
    </span>
  );
}
