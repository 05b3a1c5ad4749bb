/** A name that is not taken: the wanted one, or the wanted one with a number; it is then taken. */
export function freshName(taken: Set<string>, wanted: string): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted}_${String(n)}`;
  taken.add(name);
  return name;
}
