import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';

/** What a process takes upon itself before it becomes the command, so that nothing of the command is ever outside. */
export interface Launch {
  /** Files of control groups, to which it writes itself. */
  doors: readonly string[];
  /** The largest file that it may write. */
  fileBytes: number;
  /** What each process may hold, where no group counts them together. */
  dataBytes?: number | undefined;
  /** How many processes its user may have, where no group counts them. */
  userProcesses?: number | undefined;
}

/** Where a limit cannot be taken on, the command is not run. */
const SCRIPT = `
refuse() { echo "fusion-kit: $1 cannot be limited here, and the command was not started" >&2; exit 125; }
ulimit -c 0
# One that is not to be raised is stricter than what is asked for.
ulimit -f "$1" 2>/dev/null || [ "$(ulimit -f)" != unlimited ] || refuse 'the size of files'
[ -z "$2" ] || ulimit -d "$2" || refuse memory
[ -z "$3" ] || ulimit -u "$3" 2>/dev/null || ulimit -p "$3" || refuse 'the number of processes'
shift 3
while [ "$1" != -- ]; do
  echo 0 >"$1" || refuse 'what is started'
  shift
done
shift
exec "$@"
`;

/** Of `ulimit -f` in a POSIX shell. */
const BLOCK_BYTES = 512;
const KIB = 1_024;

/** The command line that takes limits on and then becomes this one, in the same process. Pure. */
export function launch(line: CommandLine, { doors, fileBytes, dataBytes, userProcesses }: Launch): CommandLine {
  const kib = dataBytes === undefined ? '' : String(Math.floor(dataBytes / KIB));
  const blocks = String(Math.floor(fileBytes / BLOCK_BYTES));
  const limits = [blocks, kib, userProcesses === undefined ? '' : String(userProcesses)];
  return {
    ...line,
    command: '/bin/sh',
    args: ['-c', SCRIPT, 'fusion-kit', ...limits, ...doors, '--', line.command, ...line.args],
  };
}
