/**
 * What a tool says about a call that failed, as the run is told it: the beginning of its words, without secrets, redacted and scanned like
 * an answer. Words that carry an instruction are not told.
 */
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { isObject, type Json, type JsonObject, own } from "../../core/json.ts";
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

/** Names of what tools say of an error, and of the field that it is about, in any case. RFC 9457 has `title` and `detail`; `msg` and `loc` are FastAPI's. */
const CODES = ["error", "code", "title"];
const MESSAGES = ["message", "detail", "error_description", "msg", "reason", "description", "faultstring"];
const FIELDS = ["field", "param", "pointer", "loc"];
/** Where they stand, if not at the top. */
const HOLDERS = ["error", "fault", "errors", "detail"];
/** Objects and entries of lists that are looked into. */
const MOST_PLACES = 8;

type Words = { readonly text: string; readonly field: string };

/** What it says of the error in the places where tools commonly say it; else the text itself. */
function wordsIn(said: Json): Words {
  if (typeof said === "string") return { text: said.trim(), field: "" };
  const places = placesIn(said);
  const first = (names: readonly string[]): string => {
    for (const place of places) {
      for (const name of names) {
        const text = textOf(saidUnder(place, name));
        if (text !== "") return text;
      }
    }
    return "";
  };
  const [own, words] = [first(CODES), first(MESSAGES)];
  const ofFields = fieldsIn(said);
  const bare = Array.isArray(said) ? textOf(said[0]) : "";
  const text = [...new Set([own, words, ofFields.text, bare])].filter((word) => word !== "").join(": ");
  return { text, field: first(FIELDS) || ofFields.field };
}

/** What is inside comes first: it is more exact. */
function placesIn(said: Json): readonly JsonObject[] {
  if (Array.isArray(said)) return said.slice(0, MOST_PLACES).filter(isObject);
  if (!isObject(said)) return [];
  const inside = HOLDERS.flatMap((name) => {
    const held = saidUnder(said, name);
    return Array.isArray(held) ? held.slice(0, MOST_PLACES).filter(isObject) : isObject(held) ? [held] : [];
  });
  return [...inside, said];
}

/** ASP.NET and Laravel: `{"errors": {"amount": ["must be positive"]}}`. */
function fieldsIn(said: Json): Words {
  const errors = isObject(said) ? saidUnder(said, "errors") : null;
  if (!isObject(errors)) return { text: "", field: "" };
  for (const [field, told] of Object.entries(errors).slice(0, MOST_PLACES)) {
    const text = textOf(Array.isArray(told) ? (told[0] ?? null) : told);
    if (text !== "") return { text, field };
  }
  return { text: "", field: "" };
}

/** By a name in any case. */
function saidUnder(holder: JsonObject, name: string): Json {
  if (Object.hasOwn(holder, name)) return holder[name] ?? null;
  const found = Object.keys(holder).find((key) => key.length === name.length && key.toLowerCase() === name);
  return found === undefined ? null : (holder[found] ?? null);
}

/** A text, or the parts of a path: `["body", "amount"]`. */
function textOf(value: Json | undefined): string {
  if (typeof value === "string") return value.trim();
  const isPath = Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === "string" || typeof part === "number");
  return isPath ? value.filter((part) => part !== "body").join(".") : "";
}

/** A placeholder is cut off whole. */
const cut = (text: string, most: number): string =>
  text.length <= most
    ? text
    : `${text
        .slice(0, most)
        .replace(/\{\{[A-Z0-9_]*\}?$/, "")
        .toWellFormed()}…`;
