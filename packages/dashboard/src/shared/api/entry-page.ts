import { EventView, page } from '@fusion-kit/domain/api';
import type * as z from 'zod';

/** Entries of the log as `/events` answers them. */
export const EntryPage = page(EventView);
export type EntryPage = z.infer<typeof EntryPage>;
