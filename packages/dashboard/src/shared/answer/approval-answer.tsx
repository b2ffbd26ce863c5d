import { Textarea } from '@mantine/core';
import type { Task } from '@fusion-kit/domain/task';
import { useState } from 'react';
import { TextBlock } from '../ui/text-block.tsx';
import { RefusedNote, SentNote } from './answer-fate.tsx';
import { answerKeys } from './answer-keys.ts';
import { NameField } from './name-field.tsx';
import { OptionButton } from './option-button.tsx';
import { useOwnName } from './own-name.ts';
import { TimeLeft } from './time-left.tsx';
import { useAnswer } from './use-answer.ts';
import styles from './approval-answer.module.css';

/** What a person is asked and the ways to answer. While it has the focus, the keys 1 to 9 press the options. */
export function ApprovalAnswer({ task }: { task: Task }) {
  const [comment, setComment] = useState('');
  const [name, setName] = useOwnName();
  const { answer, sent, refused } = useAnswer(task.id);
  const { work } = task;
  if (work.kind !== 'approval') return null;
  return (
    // a group that listens to the keys of its buttons, whichever of them has the focus
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className={styles['answer']}
      role="group"
      aria-label={`Answer ${task.title}`}
      tabIndex={-1}
      data-autofocus
      onKeyDown={answerKeys}
    >
      <div className={styles['message']}>
        <TextBlock text={task.asks ?? work.message} />
      </div>
      <div className={styles['facts']}>
        {work.to !== undefined && <span>for {work.to}</span>}
        <TimeLeft expiresAt={(task.startedAt ?? task.createdAt) + task.timeoutMs} work={work} />
      </div>
      <div className={styles['words']}>
        <Textarea
          aria-label="Comment"
          placeholder="Comment, for those who go on from here"
          autosize
          minRows={1}
          maxRows={6}
          maxLength={2_000}
          value={comment}
          disabled={sent !== undefined}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <NameField name={name} disabled={sent !== undefined} onChange={setName} />
      </div>
      <div className={styles['options']}>
        {work.options.map((option, at) => (
          <OptionButton
            key={option.id}
            option={option}
            at={at + 1}
            isFirst={at === 0}
            sent={sent}
            onChoose={() => void answer({ option: option.id, comment, by: name })}
          />
        ))}
        <SentNote sent={sent} />
      </div>
      <RefusedNote refused={refused} />
    </div>
  );
}
