import type { Agent } from '../agent.ts';

/** Whether the machine has room for one more agent at work. It only ever holds back what has not begun. */
export interface Admission {
  /**
   * What the machine is short of for `agent` to begin now, in words for a person; undefined when it may. `atWork` are those that have a task in hand already.
   * May be asked often: it looks at the machine at most every so often.
   */
  admit(agent: Agent, atWork: readonly Agent[]): string | undefined;
}
