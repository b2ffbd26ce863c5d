import type { NodeWork } from '@fusion-kit/domain/node';
import * as z from 'zod';
import { agentNode, writeAgent } from './agent.ts';

/** A node of any kind as files have it. A new kind is a file beside this one, a line in each table here, and its work in `domain/nodes`. */
export const fileNode = z.discriminatedUnion('kind', [agentNode]);

interface KindWriter {
  write(work: NodeWork): Record<string, unknown>;
}
/** By kind; each is only ever given work of its own kind. */
const WRITERS: Partial<Record<NodeWork['kind'], KindWriter>> = { agent: { write: writeAgent } };

/** The work of a node as files have it. */
export const writeWork = (work: NodeWork): Record<string, unknown> => WRITERS[work.kind]?.write(work) ?? {};
