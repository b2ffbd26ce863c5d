/** What went wrong, as far as it decides what is said and which code the process ends with. */
export type FailureKind =
  /** The command line was not understood: stderr, exit 2. */
  | 'usage'
  /** The person gave up, or the input ended: stderr, exit 1. */
  | 'aborted'
  /** A check before any work said no: exit 1. */
  | 'refused'
  /** The release could not be read, holds no fitting package, or the package could not be downloaded: exit 1. */
  | 'fetch'
  | 'no_asset'
  | 'download'
  /** The package is not what it should be: exit 1. */
  | 'package';

/** The one error of this room. `lines` say what happened and what to do; `details` are for `--debug`. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly lines: readonly string[];
  readonly details: readonly string[];

  constructor(
    kind: FailureKind,
    title: string,
    {
      lines = [],
      details = [],
      cause,
    }: { lines?: readonly string[]; details?: readonly string[]; cause?: unknown } = {},
  ) {
    super(title, { cause });
    this.kind = kind;
    this.lines = lines;
    this.details = details;
  }
}

/** What an unknown throw says of itself. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
