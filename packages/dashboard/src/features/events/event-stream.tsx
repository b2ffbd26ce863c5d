import type { Entry } from '@fusion-kit/domain/entry';
import { Button } from '@mantine/core';
import { IconArrowUp, IconTimelineEvent } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { Empty } from '../../shared/ui/empty.tsx';
import { VirtualRows } from '../../shared/ui/virtual-rows.tsx';
import { type EventFilter, matches } from './event-filter.ts';
import { EventRow } from './event-row.tsx';
import { useOlderEntries } from './use-older-entries.ts';
import styles from './event-stream.module.css';

const NEAR_TOP_PX = 8;

interface EventStreamProps {
  filter: EventFilter;
  /** Read further back than what the page holds when the reader comes to the end. */
  backwards?: boolean;
}

/** The log, the newest first. While the reader is further down, or has one open, nothing moves; new ones are counted. */
export function EventStream({ filter, backwards = false }: EventStreamProps) {
  const names = useNames();
  const recent = useLive((store) => store.recent);
  const [held, setHeld] = useState<readonly Entry[]>();
  const [openSeq, setOpenSeq] = useState<number>();
  const [toTop, setToTop] = useState(0);
  const live = held ?? recent;
  const shown = useMemo(
    () => live.filter((entry) => matches(entry, filter, names)).toReversed(),
    [live, filter, names],
  );
  const older = useOlderEntries(live[0]?.seq, filter);
  const rows = useMemo(
    () => (backwards ? [...shown, ...older.entries.filter((entry) => matches(entry, filter, names))] : shown),
    [backwards, shown, older.entries, filter, names],
  );
  const unseen = held ? (recent.at(-1)?.seq ?? 0) - (held.at(-1)?.seq ?? 0) : 0;

  const toggle = useCallback(
    (seq: number) => {
      setOpenSeq((before) => (before === seq ? undefined : seq));
      setHeld((before) => before ?? recent);
    },
    [recent],
  );
  const onScrollTop = (top: number) => {
    if (top > NEAR_TOP_PX) setHeld((before) => before ?? recent);
    else if (openSeq === undefined) setHeld(undefined);
  };
  const release = () => {
    setHeld(undefined);
    setOpenSeq(undefined);
    setToTop((before) => before + 1);
  };

  if (rows.length === 0 && !(backwards && older.state === 'loading')) {
    return (
      <Empty
        icon={IconTimelineEvent}
        title={recent.length === 0 ? 'Nothing has happened yet' : 'No event matches'}
        text={recent.length === 0 ? undefined : 'Show more severities or topics.'}
        command={recent.length === 0 ? 'fusion-kit demo' : undefined}
      />
    );
  }
  return (
    <div className={styles['stream']}>
      {unseen > 0 && (
        <Button
          className={styles['unseen'] ?? ''}
          radius="xl"
          leftSection={<IconArrowUp size={13} />}
          onClick={release}
        >
          {unseen} new
        </Button>
      )}
      <VirtualRows
        items={rows}
        keyOf={(entry) => entry.seq}
        rowHeight={30}
        label="Events"
        topKey={toTop}
        onScrollTop={onScrollTop}
        {...(backwards && { onEnd: older.more })}
      >
        {(entry) => <EventRow entry={entry} names={names} open={entry.seq === openSeq} onToggle={toggle} />}
      </VirtualRows>
      {backwards && older.state !== 'idle' && (
        <p className={styles['end']} role="status">
          {older.state === 'loading' ? 'reading older events…' : 'the beginning of the log'}
        </p>
      )}
    </div>
  );
}
