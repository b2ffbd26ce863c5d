import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { node } from '../tests/house.ts';
import { type Shape, tasksOf } from './shapes.ts';

/** The nodes of a shape, which do nothing. */
export const nodesOf = (shape: Shape): WorkflowNode[] => tasksOf(shape).map(({ id, needs }) => node(id, needs));

/** Layers of no-op tasks, as wide as they are many, with twice as many edges. */
export const layered = (size: number): WorkflowNode[] => nodesOf({ kind: 'layered', size });
