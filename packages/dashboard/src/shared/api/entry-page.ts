import { page } from '@fusion-kit/domain/api';
import { Entry } from '@fusion-kit/domain/entry';
import type * as z from 'zod';

/** Entries of the log as `/events` and `/tasks/{id}/log` answer them. */
export const EntryPage = page(Entry);
export type EntryPage = z.infer<typeof EntryPage>;
