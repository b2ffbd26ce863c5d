import { NewMessage } from '@fusion-kit/domain/api';
import type { Agent } from '@fusion-kit/domain/agent';
import type { Project } from '@fusion-kit/domain/project';
import { Autocomplete, Button, Textarea } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useSend } from '../../shared/api/use-send.ts';
import styles from './composer.module.css';

interface ComposerProps {
  project: Project;
  agents: readonly Agent[];
  topics: readonly string[];
}

/** Writes to an agent by its name, or to a topic. */
export function Composer({ project, agents, topics }: ComposerProps) {
  const [to, setTo] = useState('');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<{ to?: string | undefined; text?: string | undefined }>({});
  const { send, sending } = useSend();

  const submit = async () => {
    const agent = agents.find((each) => each.name === to.trim());
    const address = agent ? { agentId: agent.id } : { topic: to.trim().replace(/^#/, '') };
    const parsed = NewMessage.safeParse({ project: project.id, to: address, text });
    if (!parsed.success) {
      const wrong = (field: string) => parsed.error.issues.some((issue) => issue.path[0] === field);
      setProblem({
        to: wrong('to') ? 'an agent’s name, or a topic: words joined by dots' : undefined,
        text: wrong('text') ? 'say something, in at most 10,000 characters' : undefined,
      });
      return;
    }
    setProblem({});
    if (await send('POST', '/messages', parsed.data)) setText('');
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void submit();
  };

  return (
    <form className={styles['composer']} onSubmit={onSubmit}>
      <Autocomplete
        className={styles['to'] ?? ''}
        aria-label="To"
        placeholder="To: agent or topic"
        data={[
          { group: 'Agents', items: agents.map((agent) => agent.name) },
          { group: 'Topics', items: topics.map((topic) => `#${topic}`) },
        ]}
        value={to}
        error={problem.to}
        onChange={setTo}
      />
      <Textarea
        className={styles['text'] ?? ''}
        aria-label="Message"
        placeholder="Message, read at the agent’s next step. Ctrl+Enter sends."
        autosize
        minRows={1}
        maxRows={8}
        value={text}
        error={problem.text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Button type="submit" loading={sending} leftSection={<IconSend size={14} />}>
        Send
      </Button>
    </form>
  );
}
