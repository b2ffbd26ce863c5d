interface FaultScope {
  /** How many completions it spoils; one when absent. */
  times?: number;
  /** Only requests whose body contains this. */
  match?: string;
}

/** What goes wrong with the next completions. */
export type Fault = FaultScope &
  (
    | { status: number; retryAfterS?: number }
    /** Status 200 with this error code in the body, as OpenRouter answers when the provider behind it fails. */
    | { errorCode: number }
    /** The connection is dropped in the middle of the answer. */
    | { cutStream: true }
    /** Silence before the answer. */
    | { stallMs: number }
    /** Silence in the middle of the stream. */
    | { silentMs: number }
    | { malformed: true }
    /** An error event in the middle of the stream. */
    | { midStreamError: true }
  );

/** Faults waiting for their completion, oldest first. */
export interface FaultQueue {
  add(faults: readonly Fault[]): void;
  take(body: string): Fault | undefined;
}

export function faultQueue(): FaultQueue {
  const waiting: { fault: Fault; left: number }[] = [];
  return {
    add(faults) {
      for (const fault of faults) waiting.push({ fault, left: fault.times ?? 1 });
    },
    take(body) {
      const at = waiting.findIndex(({ fault }) => !fault.match || body.includes(fault.match));
      const found = waiting[at];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting.splice(at, 1);
      return found.fault;
    },
  };
}
