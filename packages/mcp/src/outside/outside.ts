import type { Entry } from '@fusion-kit/domain/entry';
import type { Project } from '@fusion-kit/domain/project';
import type { Run } from '@fusion-kit/domain/run';
import type * as z from 'zod';
import { toolOf } from '../tool.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

/** The API of a running server: paths below `/api/v1`, answers checked by their schema. @throws {FusionError} what it refuses with */
export interface Api {
  get<Shape extends z.ZodType>(path: string, shape: Shape, sending?: { query?: Query }): Promise<z.infer<Shape>>;
  post<Shape extends z.ZodType>(path: string, shape: Shape, body: unknown): Promise<z.infer<Shape>>;
  patch<Shape extends z.ZodType>(path: string, shape: Shape, body: unknown): Promise<z.infer<Shape>>;
}

export interface FileRun {
  /** A workflow file or task list, and the project's directory where it does not follow from that. */
  file: string;
  directory: string | undefined;
  inputs: Record<string, string>;
  runtime: string | undefined;
  provider: string | undefined;
  model: string | undefined;
}

/** What the tools of outside clients stand on: the house as the command line reaches it. */
export interface Outside {
  /** The server of today, started when there is none. @throws {FusionError} `server_unreachable`, `version_mismatch` */
  api(): Promise<Api>;
  /** The project of a directory, made when there is none yet. @throws {FusionError} `project_path_invalid` */
  projectAt(directory: string): Promise<Project>;
  /** @throws {FusionError} `file_unreadable`, and what is wrong with the file */
  start(request: FileRun): Promise<{ run: Run; project: Project }>;
  /** Everything after a number, live and in order, until the signal aborts. */
  follow(after: number, signal: AbortSignal): AsyncIterable<Entry>;
  /** An event on one line of plain text. */
  line(entry: Entry, nameOf: (id: string) => string | undefined): string;
  /** Who answers for the person whose program this is. */
  readonly account: string;
}

/** A tool of a program outside. */
export const outsideTool = toolOf<Outside>();
