import { tool, type ToolSet } from 'ai';
import * as z from 'zod';
import { TOOLS } from './tools.ts';

/** The tools as a model is told of them. */
export const OFFERED: ToolSet = Object.fromEntries(
  TOOLS.map(({ name, description, input }) => [name, tool({ description, inputSchema: input })]),
);

/** Characters that telling of them takes, about. */
export const OFFERED_SIZE = TOOLS.reduce(
  (sum, { name, description, input }) => sum + JSON.stringify([name, description, z.toJSONSchema(input)]).length,
  0,
);
