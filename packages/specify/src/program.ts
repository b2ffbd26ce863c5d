import { banner } from './banner.ts';
import { Failure, messageOf } from './failure.ts';
import { atMostWords, misunderstood, parseOptions } from './parse-options.ts';
import { panel, plain } from './panel.ts';
import { VERSION } from './version.ts';
import type { World } from './world.ts';

/**
 * Runs one command line and returns its exit code: 0 done, 1 failed, refused or aborted, 2 not understood.
 * Each command's code is loaded when it is called.
 *
 * @param argv what follows the command's name
 */
export async function runProgram(argv: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(argv, world);
  } catch (thrown) {
    if (!(thrown instanceof Failure)) {
      // A disk or a directory that is not as it should be; the stack helps nobody but who asks for it.
      const stack =
        thrown instanceof Error && argv.includes('--debug') ? (thrown.stack ?? '').split('\n').slice(1) : [];
      world.out(panel(world, 'specify cannot go on', [messageOf(thrown), ...stack].map(plain), 'red'));
      return 1;
    }
    if (thrown.kind === 'usage') {
      world.err(['', `Usage error: ${plain(thrown.message)}`, ...thrown.lines.map(plain), ''].join('\n'));
      return 2;
    }
    if (thrown.kind === 'aborted') world.err('Aborted.\n');
    else world.out(panel(world, thrown.message, thrown.lines.map(plain), 'red'));
    return 1;
  }
}

async function dispatch([command, ...rest]: readonly string[], world: World): Promise<number> {
  switch (command) {
    case undefined:
      world.out(`${banner(world)}'specify --help' tells what it can do.\n\n`);
      return 0;
    case '--help': {
      const { rootHelp } = await import('./help.ts');
      world.out(banner(world) + rootHelp(world));
      return 0;
    }
    case '-V':
    case 'version':
      atMostWords(rest, 0, 'specify');
      world.out(`specify ${VERSION}\n`);
      return 0;
    case 'init': {
      const { init } = await import('./init/init.ts');
      return init(rest, world);
    }
    case 'check': {
      const { help, words } = parseOptions(rest, {}, 'specify check');
      if (help) {
        const { checkHelp } = await import('./help.ts');
        world.out(checkHelp(world));
        return 0;
      }
      atMostWords(words, 0, 'specify check');
      const { check } = await import('./check.ts');
      return check(world);
    }
    case '--version':
    case '-h':
      // Usage errors since the first release, which scripts rely on to tell this command from others.
      throw misunderstood(
        `There is no option ${command}; ${command === '-h' ? 'help is --help' : 'the version is -V'}.`,
        'specify',
      );
    default:
      throw misunderstood(
        command.startsWith('-') ? `There is no option ${command}.` : `There is no command '${command}'.`,
        'specify',
      );
  }
}
