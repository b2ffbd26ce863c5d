import { tool, type ToolSet, zodSchema } from 'ai';
import * as z from 'zod';
import { TOOLS } from './tools.ts';

/** The tools as a model is told of them. Their schemas are made once: from a zod schema itself they would be made again for every step. */
export const OFFERED: ToolSet = Object.fromEntries(
  TOOLS.map(({ name, description, input }) => [name, tool({ description, inputSchema: zodSchema(input) })]),
);

/** Characters that telling of them takes, about. */
export const OFFERED_SIZE = TOOLS.reduce(
  (sum, { name, description, input }) => sum + JSON.stringify([name, description, z.toJSONSchema(input)]).length,
  0,
);
