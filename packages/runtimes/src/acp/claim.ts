import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import * as z from 'zod';

/** Marks the block of an answer that holds outputs. */
export const OUTPUTS_BLOCK = 'outputs';

const Outputs = z.record(z.string(), z.json());

/** What a program has said it has done. */
export interface Claim extends TurnResult {
  /** Declared outputs that it has not given. */
  missing: readonly string[];
}

/**
 * What a conversation claims to have come to: its last words are the summary; its outputs are in blocks of its answers, or were reported by a tool. Later ones count. Pure.
 * @param reported by a tool of the house
 */
export function claimOf(
  history: readonly RuntimeEvent[],
  { outputs: declared }: Turn['work'],
  reported: Readonly<Record<string, string>> = {},
): Claim {
  const answers = history.flatMap((event) => (event.type === 'step.answered' && event.text ? [event.text] : []));
  const given: Record<string, string> = Object.assign({}, ...answers.map(outputsIn), reported);
  const { summary = withoutBlock(answers.at(-1) ?? ''), ...others } = given;
  const outputs = declared.includes('summary') ? { ...others, summary } : others;
  return { summary, outputs, missing: declared.filter((name) => !Object.hasOwn(outputs, name)) };
}

const BLOCK = /```outputs\s*\n([\s\S]*?)\n?```/g;

/** The outputs of an answer's last block; undefined where it has none that can be read. Pure. */
export function outputsIn(text: string): Record<string, string> | undefined {
  const [, body] = [...text.matchAll(BLOCK)].at(-1) ?? [];
  if (body === undefined) return undefined;
  return outputTexts(parsedJson(body));
}

/** Outputs by name as texts, of which a program may write those that are no text as the JSON they are; undefined for what is no such record. Pure. */
export function outputTexts(given: unknown): Record<string, string> | undefined {
  const { data } = Outputs.safeParse(given);
  return (
    data &&
    Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    )
  );
}

const withoutBlock = (text: string): string => text.replaceAll(BLOCK, '').trim() || text.trim();
