import { asFusionError, type Failure } from '@fusion-kit/domain/errors';
import { cutText } from '@fusion-kit/domain/kept-text';

const MESSAGE_MAX = 3_000;
const REMEDY_MAX = 500;
const DETAILS_MAX = 1_000;

/** Whatever was thrown, as an event can hold it: what a program printed before it failed may have any length. */
export function toldFailure(thrown: unknown): Failure {
  const { details, ...failure } = asFusionError(thrown).toJSON();
  return {
    ...failure,
    message: cutText(failure.message, MESSAGE_MAX),
    remedy: cutText(failure.remedy, REMEDY_MAX),
    ...(details && JSON.stringify(details).length <= DETAILS_MAX && { details }),
  };
}
