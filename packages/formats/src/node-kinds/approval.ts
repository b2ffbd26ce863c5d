import { ApprovalOption, ApprovalWork } from '@fusion-kit/domain/nodes/approval';
import * as z from 'zod';
import { fileObject } from '../workflow-yaml/fields.ts';
import { commonKeys, nodeOf, WAIT } from './common.ts';

const of = ApprovalWork.shape;
const USUAL = JSON.stringify(of.options.parse(undefined));
/** What becomes of the node by an answer that says nothing about it. */
const OUTCOMES: Readonly<Record<string, ApprovalOption['outcome']>> = {
  reject: 'fail',
  skip: 'skip',
  cancel: 'cancel_run',
};
const outcomeOf = (id: string): ApprovalOption['outcome'] => OUTCOMES[id] ?? 'complete';

const option = z.union([
  ApprovalOption.shape.id.transform((id): ApprovalOption => ({ id, outcome: outcomeOf(id) })),
  fileObject({
    id: ApprovalOption.shape.id.describe('What the answer is called.'),
    label: ApprovalOption.shape.label.describe('What people read; the id when absent.'),
    outcome: ApprovalOption.shape.outcome
      .optional()
      .describe(
        'What becomes of the node; without it reject fails, skip skips, cancel cancels the run, all else completes.',
      ),
  }).transform(({ id, label, outcome = outcomeOf(id) }): ApprovalOption => ({
    id,
    ...(label !== undefined && { label }),
    outcome,
  })),
]);

/** Waits for a person. */
export const approvalNode = fileObject({
  kind: z.literal('approval').describe('Told by `message` when absent.'),
  ...commonKeys(WAIT),
  message: of.message.describe('What the person reads; expressions in ${{ }} are filled in.'),
  to: of.to.describe('Who is asked: a name or a role.'),
  options: z
    .array(option)
    .min(1)
    .max(10)
    .prefault(['approve', 'reject'])
    .describe('The answers: ids, or what each is called and does.'),
  onTimeout: of.onTimeout.describe(
    'The answer that is taken when nobody gives one before the timeout; without it the node fails then.',
  ),
}).transform(({ kind, message, to, options, onTimeout, ...keys }) =>
  nodeOf(keys, {
    kind,
    message,
    ...(to !== undefined && { to }),
    options,
    ...(onTimeout !== undefined && { onTimeout }),
  }),
);

/** The keys that differ from their defaults. */
export const writeApproval = ({ message, to, options, onTimeout }: ApprovalWork): Record<string, unknown> => ({
  message,
  ...(to !== undefined && { to }),
  ...(JSON.stringify(options) !== USUAL && { options: options.map(writeOption) }),
  ...(onTimeout !== undefined && { onTimeout }),
});

function writeOption({ id, label, outcome }: ApprovalOption): unknown {
  const isUsual = outcome === outcomeOf(id);
  if (isUsual && label === undefined) return id;
  return { id, ...(label !== undefined && { label }), ...(!isUsual && { outcome }) };
}
