import { editFile } from '../tools/edit-file.ts';
import { listFiles } from '../tools/list-files.ts';
import { readFile } from '../tools/read-file.ts';
import { search } from '../tools/search.ts';
import { shell } from '../tools/shell.ts';
import { writeFile } from '../tools/write-file.ts';
import type { HostTool } from './host-tool.ts';

/** The tools that touch files or start processes; they run inside the cage. */
export const HOST_TOOLS: readonly HostTool[] = [readFile, writeFile, editFile, listFiles, search, shell];
