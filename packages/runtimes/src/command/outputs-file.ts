import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { outputTexts } from '../acp/claim.ts';
import { workInHome } from '../programs/home/work-in-home.ts';

/** Below the HOME. */
const PLACE = '.fusion-outputs.json';
const FILE_MAX_BYTES = 1_000_000;

/** A file into which a program may write its outputs, as a JSON object with a value for each name. */
export interface OutputsFile {
  readonly env: { FUSION_KIT_OUTPUTS: string };
  /** What is in it; nothing when there is none, or it cannot be read. */
  read(): Promise<Record<string, string>>;
}

/** Makes sure that none is left of another task. */
export async function outputsFile(turn: Pick<Turn, 'cage' | 'home'>): Promise<OutputsFile> {
  await workInHome(turn, { remove: [PLACE] });
  return {
    env: { FUSION_KIT_OUTPUTS: `${turn.home}/${PLACE}` },
    async read() {
      const found = await workInHome(turn, { read: [{ path: PLACE, maxBytes: FILE_MAX_BYTES }] });
      return outputTexts(parsedJson(found.get(PLACE)?.toString('utf8') ?? '')) ?? {};
    },
  };
}
