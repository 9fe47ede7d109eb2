/** A closed loop: each of `concurrency` callers asks again as soon as it has its answer. */

/** One run to its end. It may give the milliseconds that count (to a stream's first word, say); otherwise its whole time does. */
export type Run = () => Promise<number | undefined>;

export type Measured = {
  /** Milliseconds of each run, in the order of their ends. */
  readonly latencies: readonly number[];
  readonly perSecond: number;
};

/** Makes `count` runs. A run that throws ends the measurement: a wrong answer is no fast answer. */
export async function closedLoop(run: Run, concurrency: number, count: number): Promise<Measured> {
  const latencies: number[] = [];
  let left = count;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const from = performance.now();
      const counted = await run();
      latencies.push(counted ?? performance.now() - from);
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, caller));
  return { latencies, perSecond: (count * 1000) / (performance.now() - from) };
}
