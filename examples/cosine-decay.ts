/** From 1 to 0 while `done` goes from 0 to 1. Loshchilov & Hutter 2017, "SGDR", eq. 5, without restarts. */
export function cosineDecay(done: number): number {
  return (1 + Math.cos(Math.PI * done)) / 2;
}
