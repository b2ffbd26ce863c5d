import picocolors from 'picocolors';

export type Paint = ReturnType<typeof picocolors.createColors>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a command speaks: results to `out`, everything said beside them to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches `out`. */
  readonly interactive: boolean;
  /** Whether a person watches `err`, so that its lines may be painted again. */
  readonly repaintable: boolean;
  /** Size in characters; undefined width when nobody watches: nothing is cut then. */
  readonly columns: number | undefined;
  readonly rows: number;
  readonly paint: Paint;
  readonly errorPaint: Paint;
}

interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** Colour is for terminals, unless NO_COLOR (https://no-color.org) or FORCE_COLOR says otherwise. */
function wantsColour(stream: Stream, env: Environment): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

export function terminalOn(out: Stream, err: Stream, env: Environment): Terminal {
  return {
    out: (text) => void out.write(text),
    err: (text) => void err.write(text),
    interactive: out.isTTY === true && env['TERM'] !== 'dumb',
    repaintable: err.isTTY === true && env['TERM'] !== 'dumb',
    // Read anew each time: the window may change its size while a run is shown.
    get columns() {
      return out.isTTY ? (out.columns ?? 80) : undefined;
    },
    get rows() {
      return err.rows ?? 24;
    },
    paint: picocolors.createColors(wantsColour(out, env)),
    errorPaint: picocolors.createColors(wantsColour(err, env)),
  };
}
