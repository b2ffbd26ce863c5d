/** `a, b and 3 more`: the first of many names, for a message. `count` is how many there are in all, where `names` are not all of them. Pure. */
export function firstFew(names: readonly string[], most: number, count = names.length): string {
  const named = names.slice(0, most);
  return `${named.join(', ')}${count > named.length ? ` and ${count - named.length} more` : ''}`;
}
