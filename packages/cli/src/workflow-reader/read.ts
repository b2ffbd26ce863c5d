import { readAny } from '@fusion-kit/formats/read-any';
import type { ReadWorkflow } from '@fusion-kit/domain/workflow-source';

/** Reads a file of any format, with what is known beside it. */
export const readSource: ReadWorkflow = ({ text, file, context: { setup, ...companions } = {} }) => {
  const { definition, warnings } = readAny(text, file, companions);
  return { definition: setup && definition.setup.length === 0 ? { ...definition, setup } : definition, warnings };
};
