/** One task of a `tasks.md`. */
export interface TaskLine {
  id: string;
  done: boolean;
  parallel: boolean;
  story: string | null;
  depends_on: string[];
  description: string;
}

const TASK =
  /^- \[(?<mark>[ xX])\] (?<id>T\d{3,})(?<parallel> \[P\])?(?: \[(?<story>US\d+)\])? (?!\[)(?<description>\S.*?)(?: \(depends on (?<needs>T\d{3,}(?:, T\d{3,})*)\))?$/;
const PATH = /`[^`]+`|[\w.-]+\/|\.?\w[\w-]*\.\w+/;
/** How a task ends that was added to close a gap; it names the gap's source in place of a path. */
const GAP = / per .+ \((?:missing|partial|contradicts|unrequested)\)$/;

/** Reads a line that is written exactly as the task format says; undefined for every other line. */
export function strictTask(line: string): TaskLine | undefined {
  const parts = TASK.exec(line)?.groups;
  if (parts === undefined) return undefined;
  const description = parts['description']!;
  if (!PATH.test(description) && !GAP.test(description)) return undefined;
  return {
    id: parts['id']!,
    done: parts['mark'] !== ' ',
    parallel: parts['parallel'] !== undefined,
    story: parts['story'] ?? null,
    depends_on: parts['needs']?.split(', ') ?? [],
    description,
  };
}
