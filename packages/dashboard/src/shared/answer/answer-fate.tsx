import type { FusionError } from '@fusion-kit/domain/errors';
import { FailureNote } from '../ui/failure-note.tsx';

/** Beside the buttons of an answer: it is on its way, and not kept yet. */
export const SentNote = ({ sent }: { sent: string | undefined }) =>
  sent !== undefined && (
    <span className="fk-dim" role="status">
      sent, not yet confirmed
    </span>
  );

/** Below an answer that the server did not take: why. */
export const RefusedNote = ({ refused }: { refused: FusionError | undefined }) =>
  refused && (
    <div role="alert">
      <FailureNote failure={refused.toJSON()} />
    </div>
  );
