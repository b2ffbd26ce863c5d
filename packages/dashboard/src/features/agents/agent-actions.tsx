import { Button } from '@mantine/core';
import type { Agent } from '@fusion-kit/domain/agent';
import { IconPlayerPause, IconPlayerPlay, IconPower, IconRefresh } from '@tabler/icons-react';
import { useSend } from '../../shared/api/use-send.ts';
import { ConfirmButton } from '../../shared/ui/confirm-button.tsx';

/** What may be done with an agent in its present state. */
export function AgentActions({ agent }: { agent: Agent }) {
  const { send, sending } = useSend();
  const change = (action: 'pause' | 'resume' | 'respawn') => void send('PATCH', `/agents/${agent.id}`, { action });
  const { state } = agent;
  if (state === 'terminated') return null;
  return (
    <>
      {(state === 'idle' || state === 'working') && (
        <Button
          variant="default"
          disabled={sending}
          leftSection={<IconPlayerPause size={14} />}
          onClick={() => change('pause')}
        >
          Pause
        </Button>
      )}
      {state === 'paused' && (
        <Button disabled={sending} leftSection={<IconPlayerPlay size={14} />} onClick={() => change('resume')}>
          Resume
        </Button>
      )}
      {(state === 'error' || state === 'idle') && (
        <Button
          variant="default"
          disabled={sending}
          leftSection={<IconRefresh size={14} />}
          onClick={() => change('respawn')}
        >
          Respawn
        </Button>
      )}
      <ConfirmButton
        disabled={sending}
        leftSection={<IconPower size={14} />}
        question={`Terminate ${agent.name}? Its process ends; a task in its hands goes back to the queue.`}
        confirm="Terminate"
        onConfirm={() => void send('DELETE', `/agents/${agent.id}`)}
      >
        Terminate
      </ConfirmButton>
    </>
  );
}
