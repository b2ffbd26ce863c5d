import { FusionError } from '../errors.ts';
import { topicMatches } from '../message.ts';
import { meet } from '../run.ts';
import { known, type Rules } from './decision.ts';

export const messageRules: Rules<'message.send' | 'message.expire'> = {
  'message.send'(world, { messageId, projectId, runId, taskId, from, to, text, expiresAt }) {
    known(world, 'projects', projectId);
    const sender = from.kind === 'agent' ? from.id : undefined;
    const recipients =
      'agentId' in to
        ? [known(world, 'agents', to.agentId)].filter((agent) => {
            if (agent.state === 'terminated')
              throw new FusionError('agent_unknown', `agent ${agent.name} is terminated and reads nothing more`);
            return true;
          })
        : [...world.agentsOf(projectId)].filter(
            (agent) =>
              agent.id !== sender &&
              meet(agent.runId, runId) &&
              agent.subscriptions.some((pattern) => topicMatches(pattern, to.topic)),
          );
    return [
      {
        type: 'message.sent',
        v: 1,
        projectId,
        messageId,
        ...(runId && { runId }),
        ...(taskId && { taskId }),
        from,
        to,
        text,
        recipients: recipients.map((agent) => agent.id),
        ...(expiresAt !== undefined && { expiresAt }),
      },
    ];
  },

  'message.expire'(world, { messageId, agentId }, at) {
    const message = world.get('messages', messageId);
    if (!message || message.deliveries[agentId]?.state !== 'pending' || (message.expiresAt ?? Infinity) > at) return [];
    return [{ type: 'message.expired', v: 1, projectId: message.projectId, messageId, agentId }];
  },
};
