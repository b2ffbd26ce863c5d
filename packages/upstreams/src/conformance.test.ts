import type { Meter, Upstream } from '@fusion-kit/domain/ports/upstream';
import type { TestClock } from '@fusion-kit/testing/test-clock';
import { CONFORMANCE_SCENARIO } from '@fusion-kit/testing/model-server';
import { upstreamConformance } from '@fusion-kit/testing/upstream-conformance';
import { anthropicUpstream, googleUpstream, openAiUpstream } from './vendors.ts';
import { openAiCompatibleUpstream } from './openai-compatible.ts';
import { openRouterUpstream } from './openrouter.ts';
import { startScriptedServer, type ScriptedServer } from './scripted/server.ts';
import { Scenario } from './scripted/scenario.ts';
import { scriptedUpstream } from './scripted/upstream.ts';

type Make = (server: ScriptedServer, rest: { meter: Meter; clock: TestClock; limits: { idleMs: number } }) => Upstream;

const started = (make: Make) => async (meter: Meter, clock: TestClock) => {
  const server = await startScriptedServer({ scenario: Scenario.parse(CONFORMANCE_SCENARIO) });
  return { server, upstream: make(server, { meter, clock, limits: { idleMs: 100 } }) };
};

const openRouter = started(({ apiKey, baseUrl }, rest) => openRouterUpstream({ apiKey, baseUrl, ...rest }));
upstreamConformance('openrouter', 'openai-chat', openRouter);
upstreamConformance('openrouter', 'openai-responses', openRouter);
upstreamConformance('openrouter', 'anthropic-messages', openRouter);

const openAi = started(({ apiKey, baseUrl }, rest) => openAiUpstream({ apiKey, baseUrl, ...rest }));
upstreamConformance('openai', 'openai-chat', openAi);
upstreamConformance('openai', 'openai-responses', openAi);

upstreamConformance(
  'anthropic',
  'anthropic-messages',
  started(({ apiKey, baseUrl }, rest) => anthropicUpstream({ apiKey, baseUrl, ...rest })),
);

upstreamConformance(
  'google',
  'gemini',
  started(({ apiKey, baseUrl }, rest) => googleUpstream({ apiKey, baseUrl: `${baseUrl}beta`, ...rest })),
);

upstreamConformance(
  'openai-compatible',
  'openai-chat',
  started(({ apiKey, baseUrl }, rest) => openAiCompatibleUpstream({ apiKey, baseUrl, ...rest })),
);

upstreamConformance(
  'scripted',
  'openai-chat',
  started((server, rest) => scriptedUpstream({ server, ...rest })),
);
