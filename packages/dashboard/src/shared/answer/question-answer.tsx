import { Button, Textarea } from '@mantine/core';
import type { Question } from '@fusion-kit/domain/question';
import type { Task } from '@fusion-kit/domain/task';
import { IconSend } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import { useNames } from '../live/use-names.ts';
import { TextBlock } from '../ui/text-block.tsx';
import { RefusedNote, SentNote } from './answer-fate.tsx';
import { answerKeys } from './answer-keys.ts';
import { NameField } from './name-field.tsx';
import { useOwnName } from './own-name.ts';
import { useReply } from './use-answer.ts';
import styles from './approval-answer.module.css';

/** What an agent asks, with its options as buttons and room for other words. While it has the focus, the keys 1 to 9 press the options. */
export function QuestionAnswer({ task, question }: { task: Task; question: Question }) {
  const [text, setText] = useState('');
  const [name, setName] = useOwnName();
  const names = useNames();
  const { answer, sent, refused } = useReply(task.id, question.id);
  const { options, about } = question;
  const isEmpty = text.trim() === '';
  const send = (option?: string) => void answer({ ...(option !== undefined && { option }), text, by: name });
  const onEnter = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !isEmpty && sent === undefined) send();
  };
  return (
    // a group that listens to the keys of its buttons, whichever of them has the focus
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className={styles['answer']}
      role="group"
      aria-label={`Answer ${names.agent(question.agentId)}`}
      tabIndex={-1}
      data-autofocus
      data-testid="question"
      onKeyDown={answerKeys}
    >
      <div className={styles['facts']}>
        <span>
          <strong>{names.agent(question.agentId)}</strong> asks and waits
          {about?.tool && (
            <>
              , before <code>{about.tool}</code>
            </>
          )}
        </span>
      </div>
      <div className={styles['message']}>
        <TextBlock text={question.text} />
      </div>
      {options.length > 0 && (
        <div className={styles['options']}>
          {options.map(({ id, label }, at) => (
            <Button
              key={id}
              variant={at === 0 ? 'filled' : 'default'}
              className={styles['option'] ?? ''}
              loading={sent === id}
              disabled={sent !== undefined && sent !== id}
              data-option-key={at + 1}
              rightSection={at < 9 && <kbd className={styles['key']}>{at + 1}</kbd>}
              onClick={() => send(id)}
            >
              {label}
            </Button>
          ))}
        </div>
      )}
      <div className={styles['words']}>
        <Textarea
          aria-label="Your answer"
          placeholder={options.length > 0 ? 'Or in your own words' : 'Your answer'}
          autosize
          minRows={1}
          maxRows={8}
          maxLength={10_000}
          value={text}
          disabled={sent !== undefined}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onEnter}
        />
        <NameField name={name} disabled={sent !== undefined} onChange={setName} />
      </div>
      <div className={styles['options']}>
        <Button
          variant={options.length > 0 ? 'default' : 'filled'}
          leftSection={<IconSend size={14} />}
          loading={sent === ''}
          disabled={isEmpty || (sent !== undefined && sent !== '')}
          onClick={() => send()}
        >
          Send
        </Button>
        <SentNote sent={sent} />
      </div>
      <RefusedNote refused={refused} />
    </div>
  );
}
