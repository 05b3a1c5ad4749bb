/** Two threads that take the mean of what each has: memory that both see. */
export interface SharedValues {
  /** What each thread has, in two copies that are used in turns: a thread may be a turn ahead while the other still reads. */
  readonly values: readonly (readonly [Float32Array, Float32Array])[]; // [thread][turn % 2]
  /** How many turns each thread has taken, `[2]`. */
  readonly turns: Int32Array;
}

/** Memory for means of `length` numbers. */
export function sharedValues(length: number): SharedValues {
  const own = (): Float32Array => new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
  return { values: [[own(), own()], [own(), own()]], turns: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) };
}

/** How long a thread waits for the other one before it gives up, milliseconds. */
const patience = 300_000;

/**
 * Replaces values by their mean over both threads, and waits for the other thread for that. Both get the same bits: a + b is b + a.
 *
 * @param thread which of the two this is
 * @param turn counts the means, from 1
 * @throws Error where the other thread does not come
 */
export function takeMean({ values, turns }: SharedValues, thread: 0 | 1, turn: number, own: Float32Array): void {
  const [mine, theirs] = thread === 0 ? [0, 1] : [1, 0];
  values[mine]?.[turn % 2]?.set(own);
  Atomics.store(turns, mine, turn);
  Atomics.notify(turns, mine);
  for (let taken = Atomics.load(turns, theirs); taken < turn; taken = Atomics.load(turns, theirs)) {
    if (Atomics.wait(turns, theirs, taken, patience) === 'timed-out') throw new Error('the other thread does not answer');
  }
  const other = values[theirs]?.[turn % 2] ?? new Float32Array();
  for (let k = 0; k < own.length; k++) own[k] = ((own[k] ?? 0) + (other[k] ?? 0)) / 2;
}
