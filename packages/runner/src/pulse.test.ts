import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { Pulse } from './pulse.ts';

function clocked() {
  let now = 0;
  const pulse = new Pulse(() => now);
  return { pulse, pass: (ms: number) => (now += ms) };
}
const still = { quietMs: 0, process: 'none', bounded: false };

it('is quiet since it last got on', () => {
  const { pulse, pass } = clocked();
  pass(700);
  expect(pulse.look()).toEqual({ ...still, quietMs: 700 });
  pulse.beat();
  expect(pulse.look()).toEqual(still);
});

it('gets on while its processes use the CPU, but not by the little that waiting takes', () => {
  const { pulse, pass } = clocked();
  pass(1_000);
  expect(pulse.look(400).quietMs).toBe(0);
  pass(1_000);
  expect(pulse.look(410).quietMs).toBe(1_000);
  pass(1_000);
  expect(pulse.look(420).quietMs).toBe(2_000);
  expect(pulse.look(460).quietMs).toBe(0);
});

it('is not quiet while it rests, and counts anew afterwards', () => {
  const { pulse, pass } = clocked();
  pulse.rest(true);
  pass(5_000);
  expect(pulse.look().quietMs).toBe(0);
  pass(5_000);
  pulse.rest(false);
  pass(300);
  expect(pulse.look().quietMs).toBe(300);
});

it('says that what it does ends by itself until the last such thing has', () => {
  const { pulse } = clocked();
  const [one, other] = [pulse.within(), pulse.within()];
  one();
  one();
  expect(pulse.look().bounded).toBe(true);
  other();
  expect(pulse.look().bounded).toBe(false);
});

it('tells the worst of its processes, and that one died only when nobody had let it go by the second look', async () => {
  const { pulse } = clocked();
  const child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  pulse.attend(process.pid);
  const letGo = pulse.attend(child.pid ?? 0);
  expect([pulse.look().process, pulse.died()]).toEqual(['alive', false]);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect([pulse.look().process, pulse.died(), pulse.died()]).toEqual(['dead', false, true]);
  letGo();
  expect([pulse.look().process, pulse.died()]).toEqual(['alive', false]);
});
