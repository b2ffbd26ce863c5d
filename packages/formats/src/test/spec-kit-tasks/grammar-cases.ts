import { readFileSync } from 'node:fs';

/** One line; `lenient` is read with a warning and refused in strict mode, `reject` is no task. */
export interface Case {
  line: string;
  verdict: 'accept' | 'lenient' | 'placeholder' | 'reject';
  parsed?: { id: string; done: boolean; parallel: boolean; story: string | null; depends_on: string[] };
}
interface Document {
  name: string;
  text: string;
  phases: { title: string; kind: string; story: string | null; priority: string | null; line: number; mvp: boolean }[];
  tasks: { id: string; done: boolean; parallel: boolean; story: string | null; line: number; explicit: string[] }[];
  levels: number;
  widest: number;
  must_precede: [string, string][];
  must_not_be_ordered: [string, string][];
}

/** What the grammar of task lists means, case by case. */
export const { lines, documents } = JSON.parse(
  readFileSync(new URL('grammar-cases.json', import.meta.url), 'utf8'),
) as { lines: Case[]; documents: Document[] };
