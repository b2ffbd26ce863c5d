import type { Meter, Upstream } from '@fusion-kit/domain/ports/upstream';
import type { HttpUpstreamParts } from '../http-upstream.ts';
import { givenKey } from '../key-source.ts';
import { openRouterUpstream } from '../openrouter.ts';
import type { ScriptedServer } from './server.ts';

export interface ScriptedUpstreamOptions extends HttpUpstreamParts {
  server: Pick<ScriptedServer, 'baseUrl' | 'apiKey'>;
  meter: Meter;
}

/** OpenRouter's upstream, pointed at a scripted server: the whole path is real, only the model's words are canned. */
export const scriptedUpstream = ({ server, ...rest }: ScriptedUpstreamOptions): Upstream =>
  openRouterUpstream({
    ...rest,
    id: 'scripted',
    baseUrl: server.baseUrl,
    credential: givenKey(server.apiKey, 'none needed'),
    model: 'scripted/coder',
  });
