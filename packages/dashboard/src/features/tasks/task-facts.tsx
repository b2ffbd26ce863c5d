import { affinityOf } from '@fusion-kit/domain/schedule-affinity';
import { isEnded, type Task } from '@fusion-kit/domain/task';
import { dateAndTime, duration, shortCommit, tokens, usd } from '../../shared/format/figures.ts';
import { taskNote } from '../../shared/live/task-waits.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { CopyCode } from '../../shared/ui/copy-code.tsx';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { Facts } from '../../shared/ui/facts.tsx';
import { KindMark } from '../../shared/ui/kind-mark.tsx';
import { retryLine } from './retry-line.ts';
import { TaskLink } from './task-link.tsx';
import { WaitingFor } from './waiting-for.tsx';

/** What is known of a task, one fact a line. */
export function TaskFacts({ task }: { task: Task }) {
  const names = useNames();
  const open = useOpen();
  const note = useLive((store) => taskNote(store, task, names, Date.now()));
  const parent = useLive((store) => (task.scope ? store.world.get('tasks', task.scope.parent) : undefined));
  const run = useLive((store) => store.world.get('runs', task.runId));
  const agentId = task.dispatch?.agentId ?? task.lastAgentId;
  const { stolenFrom } = task.dispatch ?? {};
  const isByAgent = agentId !== undefined || task.requires.length > 0;
  const mayFail = !isEnded(task.state) || task.state === 'failed';
  const { forkOf } = run ?? {};
  return (
    <Facts
      facts={{
        Kind: <KindMark kind={task.work.kind} />,
        ...(task.state === 'queued'
          ? { Waiting: <WaitingFor task={task} /> }
          : { Note: task.failure ? undefined : note }),
        When: task.when !== undefined && (
          <>
            <code className="fk-mono">{task.when}</code> <span className="fk-faint">{whenLine(task)}</span>
          </>
        ),
        'Kept from': task.inheritedFrom && forkOf && (
          <button type="button" className="fk-link fk-plain" onClick={() => open.run(forkOf.runId)}>
            run {names.run(forkOf.runId)}
          </button>
        ),
        Inside: parent && <TaskLink task={parent} />,
        Agent: agentId && (
          <>
            <button type="button" className="fk-link fk-plain" onClick={() => open.agent(agentId)}>
              {names.agent(agentId)}
            </button>
            {stolenFrom && <span className="fk-faint"> taken over from {names.agent(stolenFrom)}</span>}
          </>
        ),
        Progress:
          task.progress &&
          `${task.progress.percent === undefined ? '' : `${task.progress.percent} % · `}${task.progress.text}`,
        Priority: isByAgent && String(task.priority),
        Requires: task.requires.join(', '),
        Affinity: affinityOf(task),
        Dispatch:
          task.fence > 0 &&
          `${task.fence}${task.attempts > 0 ? `, ${task.attempts} failed` : ''} of at most ${task.retry.limit + 1} attempts`,
        Retries: isByAgent && mayFail && retryLine(task.retry),
        Timeout: !task.finishedAt && duration(task.timeoutMs),
        Time: task.startedAt !== undefined && <Elapsed since={task.startedAt} until={task.finishedAt} />,
        Usage:
          task.usage.calls > 0 &&
          `${tokens(task.usage.inputTokens)} tokens in · ${tokens(task.usage.outputTokens)} out · ${usd(task.usage.costUsd, task.usage.unpricedCalls)}`,
        Landed: task.landed && (
          <CopyCode
            text={task.landed.commit}
            shown={`${shortCommit(task.landed.commit)} on ${task.landed.ref.replace('refs/heads/', '')}`}
          />
        ),
        Created: dateAndTime(task.createdAt),
      }}
    />
  );
}

function whenLine({ admitted, state }: Task): string {
  if (admitted) return 'it held';
  return state === 'skipped' ? 'it did not hold' : 'asked when all it needs has ended';
}
