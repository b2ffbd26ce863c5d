import { preview, type Text } from '@fusion-kit/domain/text';
import { bytes } from '../format/figures.ts';
import styles from './text-block.module.css';

interface TextBlockProps {
  text: Text;
  /** Set as code; otherwise as prose that keeps its line breaks. */
  code?: boolean;
  maxHeight?: number;
}

/** Text of any length; of a long one its beginning, and how much there is. */
export function TextBlock({ text, code = false, maxHeight = 320 }: TextBlockProps) {
  const shown = code ? tidy(preview(text)) : preview(text);
  return (
    <>
      <div className={code ? styles['code'] : styles['prose']} style={{ maxHeight: code ? maxHeight : undefined }}>
        {shown || <span className="fk-faint">(empty)</span>}
      </div>
      {typeof text !== 'string' && (
        <div className={styles['more']}>
          the first {bytes(text.preview.length)} of {bytes(text.size)}
        </div>
      )}
    </>
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
