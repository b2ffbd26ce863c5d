import { expect, it } from 'vitest';
import { Gate } from './gate.ts';

const never = new AbortController().signal;
const state = (promise: Promise<void>) => Promise.race([promise.then(() => 'over'), Promise.resolve('waits')]);

it('lets pass while it is open, and says when it closes, as often as it does', async () => {
  const gate = new Gate();
  for (let round = 0; round < 2; round++) {
    await gate.pass(never);
    const closing = gate.closing(never);
    expect(await state(closing)).toBe('waits');
    gate.close();
    gate.close();
    await closing;
    await gate.closing(never);
    const passing = gate.pass(never);
    expect(await state(passing)).toBe('waits');
    gate.open();
    gate.open();
    await passing;
  }
});

it('keeps nobody whose signal aborts', async () => {
  const gate = new Gate();
  const aborted = AbortSignal.abort(new Error('enough'));
  await expect(gate.closing(aborted)).rejects.toThrow('enough');
  gate.close();
  await expect(gate.pass(aborted)).rejects.toThrow('enough');
});
