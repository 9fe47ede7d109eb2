/**
 * What a tool says about a call that failed, as the run is told it: the beginning of its words, without secrets, redacted and scanned like
 * an answer. Words that carry an instruction are not told.
 */
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { isObject, type Json, own } from "../../core/json.ts";
import type { ToolError } from "../../core/tool/manifest.ts";
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
  documented: readonly ToolError[] = [],
): Promise<{
  /** The error that the manifest documents; null: the tool said none of those. */
  readonly known: ToolError | null;
  readonly words: { readonly text: string; readonly field: string | null } | null;
  readonly findings: readonly FindingSummary[];
}> {
  const told = withoutSecrets(said, secrets).value;
  const named = namesIn(told);
  const known = documented.find(({ error }) => named.includes(error)) ?? null;
  const found = wordsIn(told);
  if (found.text === "" && found.field === "") return { known, words: null, findings: [] };
  const admitted = await guard.admit(context, "tool_output", "tool", found).catch(() => null);
  if (admitted === null) return { known, words: null, findings: [] };
  const { value, findings, verdict } = admitted;
  const text = isObject(value) ? own(value, "text") : null;
  const field = isObject(value) ? own(value, "field") : null;
  if (verdict === "block" || typeof text !== "string") return { known, words: null, findings };
  return {
    known,
    words: { text: cut(text, TOLD), field: typeof field === "string" && field !== "" ? cut(field, FIELD_TOLD) : null },
    findings,
  };
}

/** Everything that may be the tool's word for the error: a text, `error`, `code`, `type`, also inside of `error`. */
function namesIn(said: Json): readonly string[] {
  if (typeof said === "string") return [said.trim()];
  if (!isObject(said)) return [];
  const inner = own(said, "error");
  return [said, ...(isObject(inner) ? [inner] : [])].flatMap((place) =>
    ["error", "code", "type"].flatMap((name) => {
      const value = own(place, name);
      return typeof value === "string" ? [value.trim()] : [];
    }),
  );
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
