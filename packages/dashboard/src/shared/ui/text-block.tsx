import { type BlobRef, preview, type Text } from '@fusion-kit/domain/text';
import { useEffect, useState } from 'react';
import { showError } from '../api/use-send.ts';
import { bytes } from '../format/figures.ts';
import { useLiveContext } from '../live/live-context.ts';
import styles from './text-block.module.css';

interface TextBlockProps {
  text: Text;
  /** Set as code; otherwise as prose that keeps its line breaks. */
  code?: boolean;
}

/** Text of any length; of a long one its beginning, and the rest when asked for. */
export function TextBlock({ text, code = false }: TextBlockProps) {
  const [whole, setWhole] = useState<string>();
  const shown = whole ?? preview(text);
  return (
    <>
      <div className={code ? styles['code'] : styles['prose']}>
        {(code ? tidy(shown) : shown) || <span className="fk-faint">(empty)</span>}
      </div>
      {typeof text !== 'string' && whole === undefined && <More text={text} onWhole={setWhole} />}
    </>
  );
}

function More({ text, onWhole }: { text: BlobRef; onWhole: (whole: string) => void }) {
  const { api } = useLiveContext();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!asked) return;
    const leaving = new AbortController();
    api.blob(text.blob, leaving.signal).then(onWhole, (thrown: unknown) => {
      if (leaving.signal.aborted) return;
      setAsked(false);
      showError(thrown);
    });
    return () => leaving.abort();
  }, [api, asked, text.blob, onWhole]);
  return (
    <div className={styles['more']}>
      the first {bytes(text.preview.length)} of {bytes(text.size)} ·{' '}
      <button type="button" className="fk-plain fk-link" disabled={asked} onClick={() => setAsked(true)}>
        {asked ? 'loading…' : 'show all'}
      </button>
    </div>
  );
}

/** JSON reads better indented; anything else stays as it is. */
function tidy(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2).replaceAll('\\n', '\n');
  } catch {
    return text;
  }
}
