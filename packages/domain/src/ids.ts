import * as z from 'zod';

/** Sortable ids: a three-letter kind and a ULID, made by the shell and only checked here. */
const id = <Kind extends string>(prefix: string, _kind: Kind) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`), `must look like ${prefix}_ and 26 characters`)
    .brand<Kind>();

export const ProjectId = id('prj', 'ProjectId');
export type ProjectId = z.infer<typeof ProjectId>;
export const AgentId = id('agt', 'AgentId');
export type AgentId = z.infer<typeof AgentId>;
export const WorkflowId = id('wfl', 'WorkflowId');
export type WorkflowId = z.infer<typeof WorkflowId>;
export const RunId = id('run', 'RunId');
export type RunId = z.infer<typeof RunId>;
export const TaskId = id('tsk', 'TaskId');
export type TaskId = z.infer<typeof TaskId>;
export const DispatchId = id('dsp', 'DispatchId');
export type DispatchId = z.infer<typeof DispatchId>;
export const MessageId = id('msg', 'MessageId');
export type MessageId = z.infer<typeof MessageId>;
export const ReservationId = id('rsv', 'ReservationId');
export type ReservationId = z.infer<typeof ReservationId>;
export const QuestionId = id('qst', 'QuestionId');
export type QuestionId = z.infer<typeof QuestionId>;

/** What each prefix names, for the shell that makes ids. */
export interface IdOf {
  prj: ProjectId;
  agt: AgentId;
  wfl: WorkflowId;
  run: RunId;
  tsk: TaskId;
  dsp: DispatchId;
  msg: MessageId;
  rsv: ReservationId;
  qst: QuestionId;
}

/** Makes a new id, larger than every one it made before. */
export type NewId = <Prefix extends keyof IdOf>(prefix: Prefix) => IdOf[Prefix];
