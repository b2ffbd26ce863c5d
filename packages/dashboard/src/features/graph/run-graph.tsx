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
import { useMemo } from 'react';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { Empty } from '../../shared/ui/empty.tsx';
import { layoutGraph, NODE_HEIGHT, NODE_WIDTH, type Position } from './layout.ts';
import { NeedEdge, type NeedEdgeData } from './need-edge.tsx';
import { TaskNode, type TaskNodeData } from './task-node.tsx';
import { useGraphView } from './use-graph-view.ts';
import styles from './run-graph.module.css';

const NODE_TYPES = { task: TaskNode };
const EDGE_TYPES = { need: NeedEdge };
const MAP_FROM = 14;

interface RunGraphProps {
  runId: string;
  tasks: readonly Task[];
}

/** The tasks of a run and what they need, left to right. Shape comes from here, states from each node's own row. */
export function RunGraph({ runId, tasks }: RunGraphProps) {
  if (tasks.length === 0)
    return (
      <Empty icon={IconHierarchy2} title="No tasks in this run yet" text="They appear here as they are created." />
    );
  return (
    <ReactFlowProvider key={runId}>
      <Drawing tasks={tasks} />
    </ReactFlowProvider>
  );
}

function Drawing({ tasks }: { tasks: readonly Task[] }) {
  const open = useOpen();
  const flow = useReactFlow();
  // needs only ever grow, while a task is being created: the shape is known by ids and their counts
  const shape = tasks.map((task) => `${task.id} ${task.needs.length}`).join();
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const { places, nodes, edges } = useMemo(() => drawing(tasks), [shape]);
  const { onMoveStart, showAll } = useGraphView(places, tasks);
  return (
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
          maskColor="var(--fk-map-mask)"
          nodeColor="var(--fk-faint)"
          bgColor="var(--fk-panel)"
        />
      )}
    </ReactFlow>
  );
}

function drawing(tasks: readonly Task[]): {
  places: Map<string, Position>;
  nodes: TaskNodeData[];
  edges: NeedEdgeData[];
} {
  const places = layoutGraph(tasks);
  const here = new Set<string>(tasks.map((task) => task.id));
  return {
    places,
    nodes: tasks.map((task) => ({
      id: task.id,
      type: 'task',
      position: places.get(task.id) ?? { x: 0, y: 0 },
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      data: { taskId: task.id },
    })),
    edges: tasks.flatMap((task) =>
      task.needs
        .filter((need) => here.has(need.id))
        .map((need) => ({
          id: `${need.id}>${task.id}`,
          source: need.id,
          target: task.id,
          type: 'need' as const,
          data: { accept: need.accept },
        })),
    ),
  };
}
