import { ArrayJournal } from './array-journal.ts';
import { journalConformance } from './journal-conformance.ts';

journalConformance('array', () => ({
  open: async (faults) => new ArrayJournal(faults),
  durable: false,
  remove: async () => {},
}));
