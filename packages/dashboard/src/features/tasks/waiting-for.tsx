import { TaskView } from '@fusion-kit/domain/api';
import type { Task } from '@fusion-kit/domain/task';
import { useRequest } from '../../shared/api/use-request.ts';
import { taskNote } from '../../shared/live/task-waits.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useNow } from '../../shared/live/use-now.ts';

const ASKED_EVERY_MS = 5_000;

/**
 * Why a queued task waits. The server is asked, since it alone knows its limits and what the machine is short of; until it answers, what follows
 * from the rows is shown.
 */
export function WaitingFor({ task }: { task: Task }) {
  const names = useNames();
  const folded = useLive((store) => taskNote(store, task, names, Date.now()));
  const turn = Math.floor(useNow() / ASKED_EVERY_MS);
  const asked = useRequest(`/tasks/${task.id}`, TaskView, undefined, `${folded} ${turn}`);
  return (
    <span data-testid="waiting-for">{(asked.state === 'ready' ? asked.answer.waitingFor : undefined) ?? folded}</span>
  );
}
