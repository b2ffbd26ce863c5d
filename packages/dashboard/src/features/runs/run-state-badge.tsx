import type { Run } from '@fusion-kit/domain/run';
import { StateBadge } from '../../shared/ui/state-badge.tsx';

/** The run's state, told aloud when it changes. */
export const RunStateBadge = ({ run }: { run: Run }) => (
  <span data-testid="run-state" data-state={run.state} data-phase={run.phase} role="status">
    <StateBadge
      state={run.state}
      detail={run.state === 'running' && run.phase === 'checking' ? 'checking' : undefined}
    />
  </span>
);
