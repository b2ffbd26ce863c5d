/**
 * One part of a data directory that was looked at. `repairable` is repaired with `--repair`; `damaged` takes a backup or a person; `unknown` is left alone;
 * `skipped` cannot be looked at while a server runs.
 */
export interface Finding {
  part: string;
  status: 'ok' | 'repairable' | 'repaired' | 'damaged' | 'unknown' | 'skipped';
  message: string;
  /** What it is about: files, processes, blobs. */
  items?: string[];
  remedy?: string;
}

/** A finding, and what repairs it. */
export interface Examined extends Finding {
  /** Done by who holds the directory. */
  repair?: () => Promise<void>;
  /** The rows are folded anew afterwards. */
  rebuilds?: true;
}

export const skipped = (part: string): Examined => ({
  part,
  status: 'skipped',
  message: 'not looked at while a server runs',
});

/** `ok` without items; else as given, with them. */
export function listed(
  part: string,
  items: string[],
  { none, some }: { none: string; some: Omit<Examined, 'part' | 'items'> },
): Examined {
  return items.length === 0 ? { part, status: 'ok', message: none } : { part, ...some, items };
}
