import type { Entry } from '@fusion-kit/domain/entry';
import { type Event, severityOf } from '@fusion-kit/domain/event';
import {
  IconAlertTriangle,
  IconAlertTriangleFilled,
  IconChecklist,
  IconCoin,
  IconMessage2,
  IconRobot,
  IconRoute,
  IconTerminal2,
} from '@tabler/icons-react';
import { memo } from 'react';
import { eventLine, type Names } from '../../shared/format/event-line.ts';
import { Time } from '../../shared/ui/time.tsx';
import { topicOf } from './event-filter.ts';
import styles from './event-row.module.css';

const ICONS = {
  tasks: IconChecklist,
  agents: IconRobot,
  conversation: IconTerminal2,
  model: IconCoin,
  messages: IconMessage2,
  runs: IconRoute,
} as const;
const LOUD = { warning: IconAlertTriangle, error: IconAlertTriangleFilled, critical: IconAlertTriangleFilled } as const;

interface EventRowProps {
  entry: Entry;
  names: Names;
  open: boolean;
  onToggle: (seq: number) => void;
}

/** One event in one line; opened, as it stands in the log. */
export const EventRow = memo(function EventRow({ entry, names, open, onToggle }: EventRowProps) {
  const { event, seq, at } = entry;
  const severity = severityOf(event);
  const loud = severity === 'warning' || severity === 'error' || severity === 'critical';
  const Icon = loud ? LOUD[severity] : ICONS[topicOf(event.type)];
  return (
    <div className={styles['event']} data-testid="event-row" data-seq={seq} data-severity={severity}>
      <button type="button" className={styles['line']} aria-expanded={open} onClick={() => onToggle(seq)}>
        <Time at={at} />
        <Icon size={14} aria-label={loud ? severity : topicOf(event.type)} />
        <Sentence event={event} names={names} open={open} />
        <span className={styles['seq']}>{seq}</span>
      </button>
      {open && (
        <pre className={styles['json']} tabIndex={0} aria-label={`Event ${seq} as JSON`}>
          {JSON.stringify(event, null, 2)}
        </pre>
      )}
    </div>
  );
});

/** The sentence, with whom or what it is about set apart. */
function Sentence({ event, names, open }: { event: Event; names: Names; open: boolean }) {
  const line = eventLine(event, names);
  const subjects = [
    'agentId' in event && event.agentId ? names.agent(event.agentId) : '',
    'taskId' in event && event.taskId ? names.task(event.taskId) : '',
  ];
  const subject = subjects.find((name) => name !== '' && line.startsWith(`${name} `)) ?? '';
  return (
    <span className={open ? styles['whole'] : 'fk-clip'}>
      {subject && <strong>{subject}</strong>}
      {line.slice(subject.length)}
    </span>
  );
}
