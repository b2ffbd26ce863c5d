import { Button, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { CopyCode } from '../shared/ui/copy-code.tsx';
import { tokenIn } from '../shared/live/session-token.ts';
import { Wordmark } from './wordmark.tsx';
import styles from './refused-page.module.css';

/** Without the right token there is nothing to show but the way to get it. */
export function RefusedPage() {
  const [given, setGiven] = useState('');
  const enter = (event: FormEvent) => {
    event.preventDefault();
    const token = tokenIn(given.trim()) ?? given.trim();
    if (token === '') return;
    window.location.hash = `token=${encodeURIComponent(token)}`;
  };
  return (
    <main className={styles['page']} data-testid="connection" data-state="refused">
      <Wordmark />
      <div className={styles['card']}>
        <IconKey size={20} stroke={1.6} aria-hidden />
        <h1>This page needs its token</h1>
        <p>
          The server answers only those who know its token. The complete address, with the token at its end, is printed
          by:
        </p>
        <CopyCode text="fusion-kit status" />
        <p>Open that address, or paste it here. The token stays in this tab.</p>
        <form onSubmit={enter}>
          <TextInput
            aria-label="Address or token"
            placeholder="http://127.0.0.1:8000/#token=…"
            autoComplete="off"
            spellCheck={false}
            value={given}
            onChange={(event) => setGiven(event.currentTarget.value)}
          />
          <Button type="submit">Open</Button>
        </form>
      </div>
    </main>
  );
}
