/**
 * Texts that people write and the platform keeps: personal data is redacted permanently, and texts with instructions to a model are refused.
 */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { UseCasePorts } from "./ports.ts";

const WITHHELD = "[withheld by the guardrails]";

/** Refuses a text that a guard blocks; `pointer` names its field. */
export function keptText(ports: Pick<UseCasePorts, "guard">, text: string, pointer: string): Result<string, Refusal> {
  const scrubbed = ports.guard.scrub(text);
  if (scrubbed.verdict !== "block") return ok(scrubbed.text);
  return err(refuse("injection_detected", "the content was refused", [{ path: pointer, message: "was refused" }]));
}

/** For what must not fail because of its words, such as stopping everything. */
export function keptTextOrMarker(ports: Pick<UseCasePorts, "guard">, text: string): string {
  try {
    const scrubbed = ports.guard.scrub(text);
    return scrubbed.verdict === "block" ? WITHHELD : scrubbed.text;
  } catch {
    return WITHHELD;
  }
}
