import type { NodeWork } from '@fusion-kit/domain/node';
import * as z from 'zod';
import { agentNode, writeAgent } from './agent.ts';

/** A node of any kind as files have it. A new kind is a file beside this one, a line in each table here, and its work in `domain/nodes`. */
export const fileNode = z.discriminatedUnion('kind', [agentNode]);

/** How the work of each kind is written into a file. */
export const WRITE_WORK: {
  [Kind in NodeWork['kind']]: (work: Extract<NodeWork, { kind: Kind }>) => Record<string, unknown>;
} = { agent: writeAgent };
