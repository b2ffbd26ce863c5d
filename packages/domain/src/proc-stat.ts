/**
 * The fields of `/proc/PID/stat` by the numbers that proc_pid_stat(5) gives them, from the third one on: the second is the name of the program, which may
 * itself hold blanks and parentheses. Undefined for a text that is none. Pure.
 */
export function procStat(text: string): ((field: number) => string) | undefined {
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  return nameEnd > 0 && fields.length >= 22 ? (field) => fields[field - 3] ?? '' : undefined;
}
