import type { Task } from '@fusion-kit/domain/task';
import { IconHierarchy2, IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import {
  Background,
  BackgroundVariant,
  MiniMap,
  Panel as FlowPanel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import type { ReactNode } from 'react';
import { count } from '../../shared/format/figures.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { Empty } from '../../shared/ui/empty.tsx';
import { GraphActions } from './graph-actions.ts';
import { NeedEdge } from './need-edge.tsx';
import { TaskNode } from './task-node.tsx';
import { type Drawing, useDrawing } from './use-drawing.ts';
import { useGraphView } from './use-graph-view.ts';
import styles from './run-graph.module.css';

const NODE_TYPES = { task: TaskNode };
const EDGE_TYPES = { need: NeedEdge };
const MAP_FROM = 14;
const MAP_SIZE = { width: 128, height: 80 };

interface RunGraphProps {
  runId: string;
  tasks: readonly Task[];
  /** What is shown in its place where there are too many tasks to draw. */
  instead: ReactNode;
}

/** The tasks of a run and what they need, left to right. Shape comes from here, states from each node's own row. */
export function RunGraph({ runId, tasks, instead }: RunGraphProps) {
  if (tasks.length === 0)
    return (
      <Empty icon={IconHierarchy2} title="No tasks in this run yet" text="They appear here as they are created." />
    );
  return (
    <ReactFlowProvider key={runId}>
      <Sheet tasks={tasks} instead={instead} />
    </ReactFlowProvider>
  );
}

function Sheet({ tasks, instead }: Omit<RunGraphProps, 'runId'>) {
  const { drawing, toggle } = useDrawing(tasks);
  if (drawing) return <Picture tasks={tasks} drawing={drawing} toggle={toggle} />;
  return (
    <>
      <p className={styles['many']}>{count(tasks.length)} tasks are too many to draw; here they are as a list.</p>
      {instead}
    </>
  );
}

interface PictureProps {
  tasks: readonly Task[];
  drawing: Drawing;
  toggle: (taskId: string) => boolean;
}

function Picture({ tasks, drawing: { places, nodes, edges }, toggle }: PictureProps) {
  const open = useOpen();
  const flow = useReactFlow();
  const { onMoveStart, showAll, hold } = useGraphView(places, tasks);
  const actions = {
    toggle: (taskId: string) => {
      hold(taskId);
      if (!toggle(taskId)) open.task(taskId);
    },
  };
  return (
    <GraphActions value={actions}>
      <ReactFlow
        className={styles['graph'] ?? ''}
        aria-label="Task graph"
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodeClick={(_event, node) => open.task(node.id)}
        onMoveStart={onMoveStart}
        minZoom={0.1}
        maxZoom={1.6}
        zIndexMode="manual"
        onlyRenderVisibleElements={nodes.length > 60}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        panOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--fk-line-strong)" />
        <FlowPanel position="bottom-left" className={styles['zoom'] ?? ''}>
          <button type="button" aria-label="Zoom in" onClick={() => void flow.zoomIn()}>
            <IconPlus size={14} />
          </button>
          <button type="button" aria-label="Zoom out" onClick={() => void flow.zoomOut()}>
            <IconMinus size={14} />
          </button>
          <button type="button" aria-label="Show the whole graph" onClick={showAll}>
            <IconMaximize size={14} />
          </button>
        </FlowPanel>
        {nodes.length >= MAP_FROM && (
          <MiniMap
            pannable
            zoomable
            ariaLabel="Overview of the graph"
            className={styles['map'] ?? ''}
            style={MAP_SIZE}
            maskColor="var(--fk-map-mask)"
            nodeColor="var(--fk-faint)"
            bgColor="var(--fk-panel)"
          />
        )}
      </ReactFlow>
    </GraphActions>
  );
}
