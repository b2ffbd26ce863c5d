import { FusionError } from '@fusion-kit/domain/errors';
import { testClock } from '@fusion-kit/testing/test-clock';
import { describe, expect, it } from 'vitest';
import { limiter, type Place } from './limiter.ts';
import { LIMITS } from './limits.ts';

const { signal } = new AbortController();
const failure = new FusionError('provider_unreachable', 'no answer');

function opened(limits: Partial<typeof LIMITS> = {}) {
  const clock = testClock();
  const gate = limiter('somebody', { ...LIMITS, concurrency: 4, ...limits }, clock);
  /** Those of so many callers that get in at once. */
  const admitted = async (callers: number) => {
    const places: Place[] = [];
    for (let caller = 0; caller < callers; caller += 1) void gate.enter(signal).then((place) => places.push(place));
    await new Promise((resolve) => setImmediate(resolve));
    return places;
  };
  return { clock, gate, admitted };
}

describe('the width of a door', () => {
  it('is halved once by calls that were refused together', async () => {
    const { gate, admitted } = opened();
    const refused = await admitted(4);
    for (const place of refused) gate.narrow(place);
    for (const place of refused) place.leave();

    expect(await admitted(4)).toHaveLength(2);
  });

  it('is halved again by a call that began after that, and is never less than one', async () => {
    const { gate, admitted } = opened();
    for (let times = 0; times < 5; times += 1) {
      const [place] = await admitted(1);
      if (place) gate.narrow(place);
      place?.leave();
    }

    expect(await admitted(3)).toHaveLength(1);
  });

  it('grows by one with a round of answers while all of it is used', async () => {
    const { gate, admitted } = opened();
    const places = await admitted(9);
    expect(places).toHaveLength(4);
    for (let round = 0; round < 5; round += 1) gate.answered();
    await new Promise((resolve) => setImmediate(resolve));

    expect(places).toHaveLength(5);
  });

  it('does not grow while nobody needs more', async () => {
    const { gate, admitted } = opened();
    const [one] = await admitted(1);
    for (let round = 0; round < 50; round += 1) gate.answered();
    one?.leave();

    expect(await admitted(9)).toHaveLength(4);
  });
});

describe('the door of a provider that fails', () => {
  it('is shut after failures in a row alone', () => {
    const { gate } = opened({ failuresInARow: 3 });

    expect(gate.failed(failure)).toBeUndefined();
    expect(gate.failed(failure)).toBeUndefined();
    gate.answered();
    expect(gate.failed(failure)).toBeUndefined();
    expect(gate.failed(failure)).toBeUndefined();
    expect(gate.failed(failure)).toMatchObject({ code: 'provider_down', retryAfterMs: 15_000 });
  });

  it('stays shut for twice as long each time that the one who tries fails, up to five minutes', () => {
    const { gate, clock } = opened({ failuresInARow: 1 });
    const rests = Array.from({ length: 7 }, () => {
      const rest = gate.failed(failure)?.retryAfterMs ?? 0;
      clock.pass(rest);
      return rest;
    });

    expect(rests).toEqual([15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  it('is not kept shut for longer by calls that were under way when it was shut', () => {
    const { gate, clock } = opened({ failuresInARow: 1 });
    gate.failed(failure);
    clock.pass(5_000);

    expect(gate.failed(failure)).toMatchObject({ retryAfterMs: 10_000 });
  });

  it('lets one caller in to try, and everybody when that one is answered', async () => {
    const { gate, clock, admitted } = opened({ failuresInARow: 1 });
    gate.failed(failure);
    clock.pass(15_000);
    const places = await admitted(4);
    expect(places).toHaveLength(1);
    gate.answered();
    await new Promise((resolve) => setImmediate(resolve));

    expect(places).toHaveLength(4);
  });
});
