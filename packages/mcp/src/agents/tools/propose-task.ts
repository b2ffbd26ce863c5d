import { Proposal } from '@fusion-kit/domain/proposal';
import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';

export const proposeTask = agentTool({
  name: 'fusion_propose_task',
  description:
    'Proposes another task for this run, for work you found that is not yours to do. A person is asked first unless the workflow takes proposals by itself. It may do no more than your own task, and you do not wait for it.',
  reads: false,
  input: z.object({
    title: Proposal.shape.title.describe('one line'),
    prompt: Proposal.shape.prompt.describe('all that whoever takes it has to know'),
    requires: Proposal.shape.requires.default([]).describe('capabilities, as fusion_team lists them'),
    after: Proposal.shape.after
      .default([])
      .describe('ids or nodes of tasks of this run that have to be completed first'),
  }),
  async run(proposal, { work }) {
    const { node, consent } = await work.propose(proposal);
    return consent === 'given' ? `task ${node} is queued` : `task ${node} waits for a person's consent`;
  },
});
