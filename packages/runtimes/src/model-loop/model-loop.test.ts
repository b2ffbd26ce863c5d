import { loopbackModel } from '@fusion-kit/testing/loopback-model';
import { modelRuntimeConformance } from '@fusion-kit/testing/model-runtime-conformance';
import { endpointOf } from '@fusion-kit/testing/runtime-bench';
import { runtimeConformance } from '@fusion-kit/testing/runtime-conformance';
import { deedBrain, type DeedCall } from '@fusion-kit/testing/runtime-deeds';
import { expect, it } from 'vitest';
import { modelLoop } from './model-loop.ts';

const callOf: DeedCall = (deed) => {
  if ('write' in deed) return { tool: 'write_file', input: { path: deed.write, content: deed.text } };
  if ('run' in deed) return { tool: 'shell', input: { command: deed.run } };
  if ('crash' in deed) return { tool: 'shell', input: { command: 'kill -9 $PPID' } };
  return { tool: 'finish', input: { summary: deed.finish, outputs: deed.outputs ?? {} } };
};

runtimeConformance('model-loop', {
  make: modelLoop,
  async open() {
    const model = await loopbackModel(deedBrain(callOf));
    return { turn: { model: endpointOf(model) }, asked: () => model.requests.length, close: () => model.close() };
  },
  can: {
    tools: true,
    steering: 'at the next tool',
    permissions: true,
    outputs: true,
    pauses: 'between steps',
    crash: 'it goes on',
    resumes: 'where it was',
  },
});

modelRuntimeConformance('model-loop', modelLoop);

it('an agent that names a program is not worked for by something else', async () => {
  const ada = { name: 'ada', runtime: 'model-loop', capabilities: [], subscriptions: [], budget: {} };
  await modelLoop().check?.(ada);
  await expect(modelLoop().check?.({ ...ada, program: 'claude' })).rejects.toMatchObject({ code: 'program_unknown' });
});
