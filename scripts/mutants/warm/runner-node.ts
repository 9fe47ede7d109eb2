/** The runner of tests in Node, whose clock is the CPU's. */
import { appendFileSync } from "node:fs";
import { mutantRunner } from "./runner.ts";

/** Tests in Node wait for next to nothing; one that waits for what never comes is stopped. */
const MOST_MS = 3_000;

export default mutantRunner({
  clock: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  tell: ({ out }, line) => appendFileSync(out, `${JSON.stringify(line)}\n`),
  mostMs: MOST_MS,
});
