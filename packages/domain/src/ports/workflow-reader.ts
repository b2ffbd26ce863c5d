import type { WorkflowCheck } from '../api.ts';
import type { WorkflowDefinition } from '../workflow.ts';
import type { WorkflowSource } from '../workflow-source.ts';

/** Reads and checks workflow files beside the thread that serves requests: a file of 100,000 nodes takes seconds. */
export interface WorkflowReader {
  /** The definition in a file that can run. @throws {FusionError} its first problem, all of them in `details.problems` */
  read(source: WorkflowSource): Promise<WorkflowDefinition>;
  /** What a file would run as; what makes it unreadable is answered as its problems. */
  check(source: WorkflowSource): Promise<WorkflowCheck>;
}
