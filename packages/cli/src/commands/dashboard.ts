import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { openPage } from '../open-page.ts';
import { optionsOf } from '../options.ts';
import { connect } from '../server/connect.ts';
import { pageOf } from '../server/server-file.ts';

/** Prints the address of the page, and opens it where a desktop is. */
export async function startDashboard(call: Call): Promise<Answer> {
  const { open } = optionsOf(call, z.object({ open: z.boolean().optional() }));
  const { server } = await connect(call);
  const page = pageOf(server);
  const opened = await openPage(page, call, open);
  return {
    data: { url: server.url, page, opened },
    text: (paint) => `${paint.cyan(page)}\n${opened ? paint.dim('opened in your browser\n') : ''}`,
  };
}
