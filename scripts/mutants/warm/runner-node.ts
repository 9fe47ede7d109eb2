/** The runner of tests in Node, whose clock is the CPU's. */
import { appendFileSync } from "node:fs";
import { mutantRunner } from "./runner.ts";

/** Without I/O a test ends at once; one that waits for what never comes is stopped. */
const MOST_MS = 60_000;

export default mutantRunner({
  clock: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  tell: ({ out }, line) => appendFileSync(out, `${JSON.stringify(line)}\n`),
  mostMs: MOST_MS,
});
