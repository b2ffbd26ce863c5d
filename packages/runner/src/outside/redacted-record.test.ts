import { describe, expect, it } from 'vitest';
import { redactedRecord } from './redacted-record.ts';
import { redactor } from './redactor.ts';

const TOKEN = 'npm_0123456789';
const QUOTED = 'post"gres://shop';
const guard = redactor([TOKEN, QUOTED]);

const said = (text: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}`;
const called = (text: string) =>
  `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: text } }] } }] })}`;

/** What the events say together. */
const together = (record: string): string =>
  record
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => /"(?:content|arguments)":("(?:[^"\\]|\\.)*")/.exec(line)?.[1] ?? '""')
    .map((text) => JSON.parse(text) as string)
    .join('');

describe('the record of a streamed answer', () => {
  it.each([1, 2, 3, 7, 14, 60])('holds no value that it said in pieces of %i', (size) => {
    const whole = `I have ${TOKEN} and ${TOKEN}, and no more than npm_012.`;
    const pieces = whole.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
    const record = [...pieces.flatMap((piece) => [said(piece), '']), 'data: [DONE]', ''].join('\n');
    const kept = redactedRecord(record, guard);
    expect(together(kept)).toBe('I have [secret] and [secret], and no more than npm_012.');
    expect(kept.split('\n')).toHaveLength(record.split('\n').length);
  });

  it('holds none in the arguments of a tool, which are JSON themselves', () => {
    const args = JSON.stringify({ command: `echo ${QUOTED}` });
    const record = (args.match(/.{1,4}/gs) ?? []).map(called).join('\n');
    expect(JSON.parse(together(redactedRecord(record, guard)))).toEqual({ command: 'echo [secret]' });
  });

  it('is as it was where there is nothing to take away', () => {
    const record = `event: message\r\ndata: {"a": "b" ,  "n": 1}\r\n\r\n${said('hello')}\ndata: {broken\n: comment\n`;
    expect(redactedRecord(record, guard)).toBe(record);
  });
});

it('a record that is no stream holds none either', () => {
  expect(redactedRecord(JSON.stringify({ messages: [{ content: QUOTED }] }), guard)).toBe(
    '{"messages":[{"content":"[secret]"}]}',
  );
});
