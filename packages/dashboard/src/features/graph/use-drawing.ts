import type { Task } from '@fusion-kit/domain/task';
import { useMemo, useState } from 'react';
import { acceptLabel, labelShifts } from './accept-label.ts';
import { arrange, drawnInside, insidesOf, opensByItself, type Place } from './arrange.ts';
import type { NeedEdgeData } from './need-edge.tsx';
import type { TaskNodeData } from './task-node.tsx';

/** What runs inside a node is only drawn up to this many tasks; the drawer lists them all. */
export const INSIDE_MAX = 600;
/** Cards beyond this many are no picture any more, and more than a browser draws fluently. */
export const DRAWN_MAX = 1_500;

export interface Drawing {
  places: Map<string, Place>;
  nodes: TaskNodeData[];
  edges: NeedEdgeData[];
}

/** What is drawn of a run's tasks, and which of them a person has opened or put away. Undefined: too many to draw. */
export function useDrawing(tasks: readonly Task[]): {
  drawing: Drawing | undefined;
  /** False where too much runs inside the node to be drawn. */
  toggle: (taskId: string) => boolean;
} {
  const [said, setSaid] = useState<ReadonlyMap<string, boolean>>(new Map());
  const { isOpen, canOpen, shape } = useMemo(() => openOf(tasks, said), [tasks, said]);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- states change often, the shape seldom
  const drawing = useMemo(() => draw(tasks, isOpen), [shape]);
  const toggle = (taskId: string): boolean => {
    if (!canOpen(taskId)) return false;
    setSaid((before) => new Map(before).set(taskId, drawing?.places.get(taskId)?.open === undefined));
    return true;
  };
  return { drawing, toggle };
}

/** Which nodes are open, and all that the picture depends on as one text: needs only ever grow while a task is being created. */
function openOf(tasks: readonly Task[], said: ReadonlyMap<string, boolean>) {
  const insides = insidesOf(tasks);
  const canOpen = (taskId: string): boolean => {
    const items = insides.get(taskId);
    return items !== undefined && drawnInside(items) <= INSIDE_MAX;
  };
  const isOpen = (task: Task): boolean =>
    canOpen(task.id) && (said.get(task.id) ?? opensByItself(task, insides.get(task.id)));
  const open = new Set<string>(tasks.filter(isOpen).map((task) => task.id));
  const isDrawn = (task: Task): boolean => !task.scope || open.has(task.scope.parent);
  const shape = tasks
    .filter(isDrawn)
    .map(
      (task) =>
        `${task.id} ${task.needs.length}${open.has(task.id) ? ' open' : ''}${task.scope && task.state === 'completed' ? ' done' : ''}`,
    )
    .join();
  return { isOpen, canOpen, shape };
}

function draw(tasks: readonly Task[], isOpen: (task: Task) => boolean): Drawing | undefined {
  if (tasks.filter((task) => !task.scope).length > DRAWN_MAX) return undefined;
  const places = arrange(tasks, isOpen);
  const drawn = tasks.filter((task) => places.has(task.id));
  return {
    places,
    nodes: drawn
      .map((task): TaskNodeData => {
        const { x, y, width, height, depth, open } = places.get(task.id)!;
        return {
          id: task.id,
          type: 'task',
          position: { x, y },
          width,
          height,
          zIndex: depth,
          data: { taskId: task.id, open },
        };
      })
      .toSorted((a, b) => (a.zIndex ?? 0) - (b.zIndex ?? 0)),
    edges: edgesOf(drawn, places),
  };
}

function edgesOf(drawn: readonly Task[], places: ReadonlyMap<string, Place>): NeedEdgeData[] {
  const kinds = new Map<string, Task['work']['kind']>(drawn.map((task) => [task.id, task.work.kind]));
  const edges = drawn.flatMap((task) =>
    task.needs
      .filter((need) => places.has(need.id))
      .map(({ id: source, accept }) => ({
        id: `${source}>${task.id}`,
        source,
        target: task.id,
        accept,
        label: acceptLabel(accept, kinds.get(source)),
        y: places.get(task.id)?.y ?? 0,
        zIndex: places.get(task.id)?.depth ?? 0,
      })),
  );
  const shifts = labelShifts(edges);
  return edges.map(({ accept, label, y: _y, ...edge }) => ({
    ...edge,
    type: 'need',
    data: { accept, label, shift: shifts.get(edge.id) ?? 0 },
  }));
}
