import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import type { Scribe } from '../acp/scribe.ts';
import type { Headless, Program } from '../programs/program.ts';
import type { Said } from './dialects/dialect.ts';
import { READ_LINE } from './dialects/dialects.ts';

/** Longest line that is read; one that is longer is passed over. */
const LINE_MAX = 8_000_000;

export interface Listening {
  program: Pick<Program, 'name'>;
  version: string | undefined;
  leftOut: readonly string[];
  output: Headless['output'];
  scribe: Scribe;
  write: (event: RuntimeEvent) => void;
  /** Whether nobody else counts what it uses. */
  countsItself: boolean;
}

/** Hears what a program prints and has it written down. */
export interface Listener {
  hear(text: string): void;
  /** Nothing more comes. */
  end(): void;
  /** What the program said it failed of. */
  readonly failure: () => string | undefined;
}

export function listen({ program, version, leftOut, output, scribe, write, countsItself }: Listening): Listener {
  let failure: string | undefined;
  let isOpen = false;
  const say = (text: string) => scribe.see({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  if (output === 'plain') return { hear: say, end: () => undefined, failure: () => undefined };

  const understood = (said: Said): void => {
    switch (said.says) {
      case 'text':
        return say(said.piece ? said.text : `${said.text}\n`);
      case 'call': {
        const { id: toolCallId, tool: name, input: rawInput } = said;
        return scribe.see({ sessionUpdate: 'tool_call', toolCallId, name, rawInput, status: 'in_progress' });
      }
      case 'result': {
        const { id: toolCallId, output: rawOutput, isError } = said;
        return scribe.see({
          sessionUpdate: 'tool_call_update',
          toolCallId,
          rawOutput,
          status: isError ? 'failed' : 'completed',
        });
      }
      case 'session': {
        if (isOpen) return;
        isOpen = true;
        const session = said.session.slice(0, 500);
        return write({
          type: 'session.opened',
          session,
          program: program.name,
          ...(version && { version }),
          ...(leftOut.length > 0 && { leftOut: [...leftOut] }),
        });
      }
      case 'usage': {
        const { inputTokens, outputTokens, costUsd } = said;
        if (countsItself) write({ type: 'usage.reported', program: program.name, inputTokens, outputTokens, costUsd });
        return;
      }
      case 'failure':
        failure = said.message;
    }
  };

  const read = READ_LINE[output];
  let rest = '';
  const line = (text: string): void => {
    if (text.length > LINE_MAX) return;
    for (const said of read(parsedJson(text))) understood(said);
  };
  return {
    hear(text) {
      const lines = (rest + text).split('\n');
      // Of a line that is too long no more is kept than shows that.
      rest = (lines.pop() ?? '').slice(0, LINE_MAX + 1);
      for (const one of lines) line(one);
    },
    end: () => line(rest),
    failure: () => failure,
  };
}
