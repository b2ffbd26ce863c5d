import type { AgentDesk } from '@fusion-kit/domain/ports/agent-desk';
import type { Tool } from '../tool.ts';
import { askPerson } from './tools/ask-person.ts';
import { finish } from './tools/finish.ts';
import { output } from './tools/output.ts';
import { predecessors } from './tools/predecessors.ts';
import { progress } from './tools/progress.ts';
import { proposeTask } from './tools/propose-task.ts';
import { publish } from './tools/publish.ts';
import { readMessages } from './tools/read-messages.ts';
import { readOutput } from './tools/read-output.ts';
import { sendMessage } from './tools/send-message.ts';
import { subscribe, unsubscribe } from './tools/subscribe.ts';
import { task } from './tools/task.ts';
import { team } from './tools/team.ts';

/** Everything an agent may call. A new tool is a file in `tools/` and a line here. */
export const AGENT_TOOLS: readonly Tool<AgentDesk>[] = [
  task,
  predecessors,
  readOutput,
  progress,
  output,
  finish,
  proposeTask,
  team,
  sendMessage,
  publish,
  readMessages,
  subscribe,
  unsubscribe,
  askPerson,
];
