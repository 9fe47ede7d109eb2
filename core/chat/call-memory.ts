/**
 * The personal data of one call, in memory for as long as the call lasts: what a vault is for a run. The same value, in whatever spelling (same-value.ts), gets the same
 * placeholder and opens as it came first, numbered from 1 by kind in the order of appearance. Nothing here outlives the request.
 */
import type { PlaceholderType } from "../guardrail/finding.ts";
import { fillPlaceholders, findPlaceholders, formatPlaceholder } from "../guardrail/placeholder.ts";
import { sameValueKey } from "../guardrail/same-value.ts";

type Kept = { readonly value: string; origin: "input" | "tool" | "model" };

/** Placeholders of one chat and the values behind them; gone when the chat ends. */
export type CallMemory = {
  readonly assign: (type: PlaceholderType, value: string, origin: Kept["origin"]) => string;
  /** `inputOnly`: only what the request itself put in. */
  readonly valueOf: (placeholder: string, inputOnly: boolean) => string | null;
  /** What a client typed in the form of a placeholder is kept as `{{LITERAL_n}}`: it means nothing here. */
  readonly literally: (text: string) => string;
  /** The text with every value that the request put in; what it did not put in stays a placeholder. */
  readonly fill: (text: string) => string;
  /** A value of a person, not only what looks like a placeholder. */
  readonly holdsPersonalData: () => boolean;
  /** What the request put in, by placeholder. */
  readonly inputValues: () => ReadonlyMap<string, string>;
};

/** An empty memory. */
export function newCallMemory(): CallMemory {
  const byPlaceholder = new Map<string, Kept>();
  const byValue = new Map<string, string>();
  const last = new Map<PlaceholderType, number>();
  const assign: CallMemory["assign"] = (type, value, origin) => {
    const key = `${type}:${sameValueKey(type, value)}`;
    const name = byValue.get(key);
    const known = name === undefined ? undefined : byPlaceholder.get(name);
    if (name !== undefined && known !== undefined) {
      if (origin === "input") known.origin = "input";
      return name;
    }
    const number = (last.get(type) ?? 0) + 1;
    last.set(type, number);
    const placeholder = formatPlaceholder(type, number);
    byValue.set(key, placeholder);
    byPlaceholder.set(placeholder, { value, origin });
    return placeholder;
  };
  const stands: CallMemory["valueOf"] = (placeholder, inputOnly) => {
    const kept = byPlaceholder.get(placeholder);
    return kept === undefined || (inputOnly && kept.origin !== "input") ? null : kept.value;
  };
  return {
    assign,
    valueOf: stands,
    literally: (text) =>
      findPlaceholders(text).length === 0 ? text : fillPlaceholders(text, (placeholder) => assign("LITERAL", placeholder, "input")),
    fill: (text) => fillPlaceholders(text, (placeholder) => stands(placeholder, true)),
    holdsPersonalData: () => [...last.keys()].some((type) => type !== "LITERAL"),
    inputValues: () => new Map([...byPlaceholder].flatMap(([name, { value, origin }]) => (origin === "input" ? [[name, value]] : []))),
  };
}
