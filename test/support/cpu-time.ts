/** Time as a test of growth takes it: CPU of this thread alone, since a busy machine makes wall time say nothing. Node only. */

/** Milliseconds of CPU that this thread has had so far. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Milliseconds of CPU of the quickest of three goes, or of the first that takes less than `enough`. */
export function bestOf(work: () => unknown, enough = 0): number {
  let best = Number.POSITIVE_INFINITY;
  for (let go = 0; go < 3 && best >= enough; go++) {
    const start = cpuMs();
    work();
    best = Math.min(best, cpuMs() - start);
  }
  return best;
}
