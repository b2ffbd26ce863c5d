import { FusionError } from '@fusion-kit/domain/errors';
import { outputsOf } from '@fusion-kit/domain/node';
import type { AgentWork } from '@fusion-kit/domain/nodes/agent';
import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { checkOutput } from '../outputs.ts';

export interface GivenOutputsParts {
  work: AgentWork;
  /** What the same conversation held before: outputs that were given then count still. */
  history: readonly RuntimeEvent[];
  readonly keep: (event: RuntimeEvent) => Promise<void>;
}

/** The outputs that an agent gives while it works, each checked when it comes and durable from then on. */
export class GivenOutputs {
  readonly #parts: GivenOutputsParts;
  readonly #given = new Map<string, string>();

  constructor(parts: GivenOutputsParts) {
    this.#parts = parts;
    for (const event of parts.history) if (event.type === 'output.reported') this.#given.set(event.name, event.text);
  }

  get all(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#given);
  }

  /** Returns the names that have no value yet. @throws {FusionError} `output_unknown`, `output_invalid`, when none of them is kept */
  async put(outputs: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const { work, keep } = this.#parts;
    const declared = outputsOf(work);
    for (const [name, text] of Object.entries(outputs)) {
      if (!declared.includes(name))
        throw new FusionError('output_unknown', `the task has no output ${name}; it has ${declared.join(', ')}`);
      checkOutput(work, name, text);
    }
    for (const [name, text] of Object.entries(outputs)) {
      if (this.#given.get(name) === text) continue;
      await keep({ type: 'output.reported', name, text });
      this.#given.set(name, text);
    }
    return declared.filter((name) => !this.#given.has(name));
  }
}
