import * as z from 'zod';
import { tokens } from '../usage.ts';
import { capped, type WireFormat } from './wire-format.ts';

const PATH =
  /^\/v1(?:beta)?\/models\/(?<model>[^/:]+(?:\/[^/:]+)*):(?<method>generateContent|streamGenerateContent|countTokens)$/;

const count = z.int().positive().nullish();
const Configuration = z.looseObject({ maxOutputTokens: count, candidateCount: count });
/** Google's servers take names with underscores too. */
const SpelledOut = z.looseObject({ max_output_tokens: count, candidate_count: count });
const Request = z.looseObject({ generationConfig: Configuration.nullish(), generation_config: SpelledOut.nullish() });
const Used = z.object({
  usageMetadata: z.object({
    promptTokenCount: tokens,
    candidatesTokenCount: tokens.nullish(),
    thoughtsTokenCount: tokens.nullish(),
    toolUsePromptTokenCount: tokens.nullish(),
    cachedContentTokenCount: tokens.nullish(),
  }),
});
const Finished = z.union([
  z.object({ candidates: z.array(z.object({ finishReason: z.string().nullish() })).min(1) }),
  z.object({ promptFeedback: z.object({ blockReason: z.string() }) }),
]);

/** Google's generateContent. The path names the model and whether to stream; thoughts are counted beside the answer and billed like it. */
export const gemini: WireFormat = {
  target(path) {
    const { model, method } = PATH.exec(path)?.groups ?? {};
    if (model === undefined) return undefined;
    return {
      answers: method !== 'countTokens',
      model: decodeURIComponent(model),
      stream: method === 'streamGenerateContent',
    };
  },
  retarget: (path, model) => path.replace(/\/models\/[^:]+:/, () => `/models/${encodeURI(model)}:`),
  bind(body, { limits }) {
    const asked = Request.safeParse(body).data;
    if (!asked) return undefined;
    const { generation_config: spelled, generationConfig: given, ...rest } = asked;
    const { max_output_tokens: spelledCap, candidate_count: spelledCount, ...others } = spelled ?? {};
    const cap = capped(given?.maxOutputTokens ?? spelledCap, limits.thinkingOutputTokens, limits);
    const candidates = given?.candidateCount ?? spelledCount;
    const generationConfig = {
      ...others,
      ...given,
      maxOutputTokens: cap,
      ...(candidates && { candidateCount: candidates }),
    };
    return { body: { ...rest, generationConfig }, outputTokens: cap * (candidates ?? 1) };
  },
  counts(json) {
    const usage = Used.safeParse(json).data?.usageMetadata;
    return (
      usage && {
        inputTokens: usage.promptTokenCount + (usage.toolUsePromptTokenCount ?? 0),
        outputTokens: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
        cachedTokens: usage.cachedContentTokenCount ?? 0,
        thinkingTokens: usage.thoughtsTokenCount ?? 0,
      }
    );
  },
  finished(json) {
    const said = Finished.safeParse(json).data;
    return said !== undefined && ('promptFeedback' in said || said.candidates.some((each) => each.finishReason));
  },
};
