import { createContext, Script } from 'node:vm';
import { FusionError } from '@fusion-kit/domain/errors';

const PATTERN_MS = 250;
const TEST = new Script('pattern.test(text)');

interface PatientPattern {
  test(text: string): boolean;
  /** What patterns are told apart by. */
  toString(): string;
}

/** A pattern of a schema over texts of an agent, neither of which is trusted: one that does not come to an end is given up and not waited for. */
export function patientPattern(source: string, flags: string): PatientPattern {
  const place: Record<string, unknown> = { pattern: new RegExp(source, flags) };
  const context = createContext(place);
  return {
    toString: () => `/${source}/${flags}`,
    test(text) {
      place['text'] = text;
      try {
        return TEST.runInContext(context, { timeout: PATTERN_MS }) === true;
      } catch (cause) {
        throw new FusionError('output_invalid', `the pattern ${source} takes too long`, { cause });
      }
    },
  };
}
