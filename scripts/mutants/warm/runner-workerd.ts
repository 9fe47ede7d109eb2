/** The runner of tests in workerd, which has no files: lines go out through a binding (vitest.config.ts). */
import { env } from "cloudflare:workers";
import { mutantRunner } from "./runner.ts";

/** Longer than the patience that tests have under a fault (vitest.config.ts). */
const MOST_MS = 15_000;

const lines = (env as unknown as { readonly MUTANT_LINES: { fetch(url: string, init: RequestInit): Promise<Response> } }).MUTANT_LINES;

export default mutantRunner({
  clock: () => performance.now(),
  tell: async (_orders, line) => {
    await lines.fetch("https://lines", { method: "POST", body: `${JSON.stringify(line)}\n` });
  },
  mostMs: MOST_MS,
});
