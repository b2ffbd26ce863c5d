import { hasBody } from '@fusion-kit/domain/node';
import { isOfHouse, type Task } from '@fusion-kit/domain/task';
import { IconArrowsExchange, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Handle, type Node, type NodeProps, Position, useStore } from '@xyflow/react';
import { memo, type ReactNode, useContext } from 'react';
import { tokens } from '../../shared/format/figures.ts';
import { workLine } from '../../shared/format/work-line.ts';
import { insideLine, insideOf } from '../../shared/live/inside.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { KindMark } from '../../shared/ui/kind-mark.tsx';
import { TaskBadge } from '../../shared/ui/task-badge.tsx';
import type { Place } from './arrange.ts';
import { isFar } from './far.ts';
import { GraphActions } from './graph-actions.ts';
import styles from './task-node.module.css';

export type TaskNodeData = Node<{ taskId: string; open: Place['open'] }, 'task'>;

/** One task of the graph, a card, or a box around what runs inside it. It reads its own row, so that a change of one renders one. */
export const TaskNode = memo(function TaskNode({ data }: NodeProps<TaskNodeData>) {
  const task = useLive((store) => store.world.get('tasks', data.taskId));
  const far = useStore(isFar);
  if (!task) return null;
  const at = data.open ? { top: 30 } : {};
  return (
    <>
      <Handle
        type="target"
        position={Position.Left}
        className={styles['handle'] ?? ''}
        isConnectable={false}
        style={at}
      />
      <div
        className={styles['node']}
        data-testid={`task-${task.node}`}
        data-state={task.state}
        data-phase={task.phase}
        data-stalled={task.stalled !== undefined}
        data-asking={task.work.kind === 'approval' && task.state === 'running'}
        data-open={data.open !== undefined}
        data-far={far}
      >
        <Content task={task} open={data.open} far={far} />
      </div>
      <Handle
        type="source"
        position={Position.Right}
        className={styles['handle'] ?? ''}
        isConnectable={false}
        style={at}
      />
    </>
  );
});

function Content({ task, open, far }: { task: Task; open: Place['open']; far: boolean }) {
  if (far) return <Face task={task}>{null}</Face>;
  return open ? <OpenBox task={task} open={open} /> : <Card task={task} />;
}

/** The name of the task; a click anywhere on the card is a click on it. */
const Face = ({ task, children }: { task: Task; children: ReactNode }) => (
  <button
    type="button"
    className={styles['face']}
    title={`${task.title} (${task.node})`}
    aria-label={children === null ? task.title : undefined}
  >
    {children}
  </button>
);

const Times = ({ task }: { task: Task }) =>
  task.startedAt === undefined ? null : <Elapsed since={task.startedAt} until={task.finishedAt} />;

function Card({ task }: { task: Task }) {
  return (
    <>
      <span className={styles['line']}>
        <KindMark kind={task.work.kind} />
        <Times task={task} />
      </span>
      <Face task={task}>
        <strong className={styles['name']}>{task.title}</strong>
      </Face>
      <span className={styles['state']}>
        <TaskBadge task={task} variant="bare" />
      </span>
      {hasBody(task.work) ? <Toggle task={task} open={false} /> : <Foot task={task} />}
    </>
  );
}

function OpenBox({ task, open }: { task: Task; open: NonNullable<Place['open']> }) {
  return (
    <>
      <span className={styles['line']}>
        <KindMark kind={task.work.kind} />
        <Face task={task}>
          <strong className="fk-clip">{task.title}</strong>
        </Face>
        <TaskBadge task={task} variant="bare" />
      </span>
      <Toggle task={task} open more={open.undrawn} />
      {open.labels.map(({ x, y, width, text }) => (
        <span key={`${x} ${y}`} className={`${styles['item']} fk-clip`} style={{ left: x, top: y, width }} title={text}>
          {text}
        </span>
      ))}
    </>
  );
}

/** How far what runs inside is; a click draws it, another one puts it away. */
function Toggle({ task, open, more = 0 }: { task: Task; open: boolean; more?: number }) {
  const { toggle } = useContext(GraphActions);
  const line = useLive((store) => insideLine(task, insideOf(store, task)));
  const begun = useLive((store) => store.world.childrenOf(task.id).length > 0);
  if (!begun)
    return (
      <span className={styles['foot']}>
        <span className="fk-clip">{workLine(task.work)}</span>
      </span>
    );
  const Icon = open ? IconChevronDown : IconChevronRight;
  return (
    <button
      type="button"
      className={styles['toggle']}
      aria-expanded={open}
      aria-label={`${open ? 'Put away' : 'Show'} what runs inside ${task.title}: ${line}`}
      data-testid={`inside-${task.node}`}
      onClick={(event) => {
        event.stopPropagation(); // the card opens the drawer
        toggle(task.id);
      }}
    >
      <Icon size={14} aria-hidden />
      <span className="fk-clip">
        {line}
        {more > 0 && ` · ${more} not drawn`}
      </span>
    </button>
  );
}

/** Who does it, or what it does where nobody does. */
function Foot({ task }: { task: Task }) {
  const names = useNames();
  const agentId = task.dispatch?.agentId ?? task.lastAgentId;
  const agent = useLive((store) => (agentId ? store.world.get('agents', agentId)?.name : undefined));
  const keptFrom = useLive((store) => {
    const from = task.inheritedFrom && store.world.get('runs', task.runId)?.forkOf?.runId;
    return from && names.run(from);
  });
  const used = task.usage.inputTokens + task.usage.outputTokens;
  const { stolenFrom } = task.dispatch ?? {};
  const rest =
    isOfHouse(task) || task.work.kind === 'command' || task.work.kind === 'join' ? workLine(task.work) : 'not assigned';
  const told = keptFrom === undefined ? (agent ?? rest) : `from ${keptFrom}`;
  return (
    <span className={styles['foot']}>
      <span className="fk-clip" title={told}>
        {told}
      </span>
      {stolenFrom && (
        <span className={styles['taken']} title={`taken over from ${names.agent(stolenFrom)}`}>
          <IconArrowsExchange size={13} aria-label={`taken over from ${names.agent(stolenFrom)}`} />
        </span>
      )}
      {used > 0 && <span className="fk-figure">{tokens(used)}</span>}
    </span>
  );
}
