import { Command as Commander, CommanderError, Option } from 'commander';
import type { Call, World } from './call.ts';
import { COMMANDS, GROUPS } from './command-table.ts';
import type { CommandEntry } from './command-table/entry.ts';
import { VERSION } from './version.ts';

/** Where parsing stopped, for the remedy of a usage error. */
interface Parsing {
  path: string;
  exitCode: number;
}

/**
 * Runs one command line and returns its exit code: 0 done, 1 failed or refused, 2 not understood.
 * @param argv what follows the command's name
 */
export async function runProgram(argv: readonly string[], world: World): Promise<number> {
  const json = argv.includes('--json');
  const parsing: Parsing = { path: '', exitCode: 0 };
  try {
    const program = buildProgram(world, json, parsing);
    if (argv.length === 0) {
      world.terminal.out(program.helpInformation());
      return 0;
    }
    await program.parseAsync(argv, { from: 'user' });
    return parsing.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    // Loaded late: only a failure needs the error table, and `--help` has to be fast.
    const { tellFailure } = await import('./tell-failure.ts');
    return tellFailure(thrown, { world, json, path: parsing.path });
  }
}

function buildProgram(world: World, json: boolean, parsing: Parsing): Commander {
  const { paint } = world.terminal;
  const program = new Commander('fusion-kit')
    .description('A team of coding agents on your own repository: planned, isolated, proven, landed.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .enablePositionalOptions()
    .configureHelp({
      styleTitle: paint.bold,
      styleSubcommandTerm: paint.cyan,
      styleOptionTerm: paint.cyan,
      // Every command has options; saying so on each line would hide what differs.
      subcommandTerm: (command) =>
        [
          command.name(),
          ...command.registeredArguments.map((argument) =>
            argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
          ),
        ].join(' '),
    })
    .configureOutput({
      writeOut: (text) => world.terminal.out(text),
      writeErr: (text) => (json ? undefined : world.terminal.err(text)),
      getOutHelpWidth: () => world.terminal.columns ?? 100,
      getErrHelpWidth: () => world.terminal.columns ?? 100,
      getOutHasColors: () => paint.isColorSupported,
      getErrHasColors: () => paint.isColorSupported,
      // Said once, by tellFailure, with a remedy.
      outputError: () => undefined,
    });
  program.addOption(new Option('--json', 'print one JSON document').hideHelp());
  stopAt(program, '', parsing);
  const nodes = new Map<string, Commander>([['', program]]);
  for (const entry of COMMANDS) addCommand(entry, { nodes, world, json, parsing });
  program.addHelpText(
    'after',
    `\n${paint.bold('Start here:')}\n  ${paint.cyan('fusion-kit demo')}       watch a small team finish real work\n  ${paint.cyan('fusion-kit doctor')}     see what this machine has and what is missing\n`,
  );
  return program;
}

interface Building {
  nodes: Map<string, Commander>;
  world: World;
  json: boolean;
  parsing: Parsing;
}

function addCommand(entry: CommandEntry, building: Building): void {
  const { world, json, parsing } = building;
  const command = nodeAt(entry.path, building, entry.hidden ?? false);
  command.description(entry.summary);
  for (const [syntax, description] of entry.arguments ?? []) command.argument(syntax, description);
  if (entry.passThrough) passThrough(command, entry);
  else for (const option of entry.options ?? []) command.addOption(optionOf(option));
  command.option('--json', 'print one JSON document');
  command.action(async (...given: unknown[]) => {
    // Commander calls with every argument, then the options, then the command itself.
    const args = (entry.passThrough ? command.args : given.slice(0, -2)) as (string | undefined)[];
    const below = command.commands.map((each) => each.name());
    const call: Call = { ...world, args, options: command.optsWithGlobals(), json, below };
    parsing.path = entry.path;
    const run = await entry.load();
    const answer = await run(call);
    if (!answer) return;
    world.terminal.out(
      json
        ? `${JSON.stringify(answer.data, undefined, 2)}\n`
        : answer.text(world.terminal.paint, world.terminal.columns),
    );
    parsing.exitCode = answer.exitCode ?? (answer.ok === false ? 1 : 0);
  });
}

/** Leaves what follows to another program, and tells of its options all the same. */
function passThrough(command: Commander, { options = [] }: CommandEntry): void {
  command.argument('[words...]').allowUnknownOption().passThroughOptions();
  const width = Math.max(...options.map(([flags]) => flags.length)) + 2;
  const rows = options.map(([flags, description]) => `  ${flags.padEnd(width)}${description}\n`);
  command.addHelpText('after', `\nPassed on:\n${rows.join('')}  and whatever else the other command takes\n`);
}

function optionOf([flags, description, kind]: NonNullable<CommandEntry['options']>[number]): Option {
  const option = new Option(flags, description);
  if (kind === 'repeated') {
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  }
  return option;
}

/** The commander node of `agent spawn`, made together with its group when it is the first there. */
function nodeAt(path: string, building: Building, hidden: boolean): Commander {
  const known = building.nodes.get(path);
  if (known) return known;
  const cut = path.lastIndexOf(' ');
  const parent = cut < 0 ? building.nodes.get('')! : nodeAt(path.slice(0, cut), building, false);
  const node = parent.command(path.slice(cut + 1), { hidden });
  node.description(GROUPS[path] ?? '');
  stopAt(node, path, building.parsing);
  building.nodes.set(path, node);
  return node;
}

function stopAt(node: Commander, path: string, parsing: Parsing): void {
  node.exitOverride((error) => {
    parsing.path = path;
    throw error;
  });
}
