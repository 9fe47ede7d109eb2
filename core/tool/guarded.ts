/** Fields of a tool's input that a developer guards, and whether something untrusted reaches one of them. */
import { parsePointer } from "../json.ts";

/** Both lists are JSON Pointers. A value reaches a field when it lies in it, is it, or holds it. A pointer that is none reaches all. */
export function reachesGuarded(guarded: readonly string[], untrusted: readonly string[]): boolean {
  return guarded.some((field) => untrusted.some((source) => touches(parsePointer(field), parsePointer(source))));
}

function touches(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return true;
  const common = Math.min(a.length, b.length);
  return a.slice(0, common).every((token, index) => token === b[index]);
}
