import type { GraphProblem } from '../graph.ts';

/**
 * Where in a definition: `nodes`, the id, `body`, the id of a node inside and so on, then keys and list positions. `offset` points into `text`, which stands
 * there, in characters; `isExpression` when that is an expression without its `${{ }}`, else it is a text with expressions in it.
 */
export interface WorkflowProblem {
  code: GraphProblem['code'] | 'expression_invalid' | 'workflow_too_large';
  message: string;
  path: (string | number)[];
  /** In place of the one that goes with the code. */
  remedy?: string;
  offset?: number;
  text?: string;
  isExpression?: boolean;
}

/** More problems, and more warnings, than this are not told at once. */
export const TOLD_MAX = 20;
