/** Where clients of the four formats put their API key: the token of the dispatch stands there. */
export function tokenOf(headers: Headers, url: URL): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return (
    bearer ?? headers.get('x-api-key') ?? headers.get('x-goog-api-key') ?? url.searchParams.get('key') ?? undefined
  );
}
