import { useState } from 'react';
import { agentsOfRun } from '../../shared/live/scope-agents.ts';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { useScopeRun } from '../../shared/navigation/scope.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { EVERYTHING } from './event-filter.ts';
import { EventFilters } from './event-filters.tsx';
import { EventStream } from './event-stream.tsx';

/** The event stream with its filters, as a panel of a page or as the whole of one. */
export function EventPanel({ backwards = false, className }: { backwards?: boolean; className?: string | undefined }) {
  const [filter, setFilter] = useState(EVERYTHING);
  const run = useScopeRun();
  const agents = useLive((store) => agentsOfRun(store, run), sameFields);
  return (
    <Panel
      title="Events"
      flush
      className={className}
      actions={<EventFilters filter={filter} agents={agents} onChange={setFilter} compact={!backwards} />}
    >
      <EventStream filter={filter} backwards={backwards} />
    </Panel>
  );
}
