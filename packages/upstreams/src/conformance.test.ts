import { CONFORMANCE_SCENARIO, upstreamConformance } from '@fusion-kit/testing/upstream-conformance';
import { openAiCompatibleUpstream } from './openai-compatible.ts';
import { openRouterUpstream } from './openrouter.ts';
import { startScriptedServer } from './scripted/server.ts';
import { Scenario } from './scripted/scenario.ts';
import { scriptedUpstream } from './scripted/upstream.ts';

const start = async () => startScriptedServer({ scenario: Scenario.parse(CONFORMANCE_SCENARIO) });

upstreamConformance('openrouter', async (meter, clock) => {
  const server = await start();
  return { server, upstream: openRouterUpstream({ apiKey: server.apiKey, baseUrl: server.baseUrl, meter, clock }) };
});

upstreamConformance('openai-compatible', async (meter, clock) => {
  const server = await start();
  return {
    server,
    upstream: openAiCompatibleUpstream({ apiKey: server.apiKey, baseUrl: server.baseUrl, meter, clock }),
  };
});

upstreamConformance('scripted', async (meter, clock) => {
  const server = await start();
  return { server, upstream: scriptedUpstream({ server, meter, clock }) };
});
