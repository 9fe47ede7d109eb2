/** Lets vitest load one source file with a fault in it: `BULKHEAD_MUTANT` holds the fault as JSON. No file is changed on disk. */
import { resolve } from "node:path";
import { type Mutant, withMutant } from "./mutant.ts";

/** For `plugins` of every project; null: no fault was asked for. */
export function mutantPlugin(root: string) {
  const asked = process.env["BULKHEAD_MUTANT"];
  if (asked === undefined) return null;
  const mutant = JSON.parse(asked) as Mutant;
  const file = resolve(root, mutant.file);
  return {
    name: "bulkhead-mutant",
    enforce: "pre" as const,
    transform: (code: string, id: string) => (id.split("?")[0] === file ? { code: withMutant(code, mutant), map: null } : undefined),
  };
}
