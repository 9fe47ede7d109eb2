/**
 * What a tool says about a call that failed, as the run is told it: the beginning of its words, without secrets, redacted and scanned like
 * an answer. Words that carry an instruction are not told.
 */
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { isObject, type Json, own } from "../../core/json.ts";
import { withoutSecrets } from "../../core/untrusted-json.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";

/** Maximum UTF-16 units of the words that are told, and of a field's name. */
const TOLD = 300;
const FIELD_TOLD = 100;

/** `words` null: it said nothing that can be told. */
export async function tellError(
  guard: Pick<Guard, "admit">,
  context: GuardContext,
  said: Json,
  secrets: readonly string[],
): Promise<{
  readonly words: { readonly text: string; readonly field: string | null } | null;
  readonly findings: readonly FindingSummary[];
}> {
  const found = wordsIn(withoutSecrets(said, secrets).value);
  if (found.text === "") return { words: null, findings: [] };
  const admitted = await guard.admit(context, "tool_output", "tool", found).catch(() => null);
  if (admitted === null) return { words: null, findings: [] };
  const { value, findings, verdict } = admitted;
  const text = isObject(value) ? own(value, "text") : null;
  const field = isObject(value) ? own(value, "field") : null;
  if (verdict === "block" || typeof text !== "string") return { words: null, findings };
  return { words: { text: cut(text, TOLD), field: typeof field === "string" && field !== "" ? cut(field, FIELD_TOLD) : null }, findings };
}

/** `error`, `message` and `field` as tools commonly name them, also inside of `error` (RFC 9457 has `title` and `detail`); else the text itself. */
function wordsIn(said: Json): { text: string; field: string } {
  if (typeof said === "string") return { text: said.trim(), field: "" };
  if (!isObject(said)) return { text: "", field: "" };
  const inner = own(said, "error");
  const places = isObject(inner) ? [inner, said] : [said];
  const first = (...names: readonly string[]): string => {
    for (const place of places) {
      for (const name of names) {
        const value = own(place, name);
        if (typeof value === "string" && value.trim() !== "") return value.trim();
      }
    }
    return "";
  };
  const words = [...new Set([first("error", "code", "title"), first("message", "detail", "error_description")])].filter(
    (word) => word !== "",
  );
  return { text: words.join(": "), field: first("field", "param", "pointer") };
}

/** A placeholder is cut off whole. */
const cut = (text: string, most: number): string =>
  text.length <= most
    ? text
    : `${text
        .slice(0, most)
        .replace(/\{\{[A-Z0-9_]*\}?$/, "")
        .toWellFormed()}…`;
