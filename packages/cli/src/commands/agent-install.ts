import { FusionError } from '@fusion-kit/domain/errors';
import { installProgram } from '@fusion-kit/runtimes/programs/find/install';
import { installsOf, openPrograms } from '@fusion-kit/runtimes/programs/open-programs';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { argument } from '../options.ts';
import { plain } from '../output/plain.ts';

/** Installs a program in the version that was tried, beside what else the user has: nothing of theirs is changed. */
export async function installAgent(call: Call): Promise<Answer> {
  const programs = openPrograms({ env: call.env, dataDir: dataDirectoryOf(call) });
  const program = programs.named(argument(call, 0, '<program>'));
  const from = program.acp?.package ?? program.headless?.package;
  if (!from) throw new FusionError('usage', `${program.title} comes with no package`, { remedy: program.installHint });
  const installs = installsOf(call.env);
  const { terminal } = call;
  const what = `${from.name}@${from.version}`;
  terminal.err(
    `${terminal.errorPaint.dim(`installing ${what}, about ${from.megabytes} MB, into ${installs}/${program.name}`)}\n`,
  );
  const place = await installProgram({ installs, name: program.name, package: from, env: call.env }, call.signal);
  return {
    data: { program: program.name, package: from.name, version: from.version, place },
    text: (paint) => `${paint.green('✓')} ${plain(program.title)} is installed: ${place}\n`,
  };
}
