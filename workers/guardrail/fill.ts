/** Puts values back where placeholders stand: in strings and in keys of a JSON value, with one question to the vault. */
import type { PlaceholderType } from "../../core/guardrail/finding.ts";
import { rewriteTexts, textsOf } from "../../core/guardrail/json-texts.ts";
import { fillPlaceholders, findPlaceholders } from "../../core/guardrail/placeholder.ts";
import type { Json } from "../../core/json.ts";
import type { GuardContext, OpenRecalled, VaultPort } from "./ports.ts";

/**
 * A number in the vault begins with a unit that no found text begins with, so that it comes back as a number.
 * PERSISTED: inside the vault's encrypted values.
 */
const NUMBER_MARK = "\u0000";
/** A whole number as the vault keeps it, so that it becomes a number again when it is put back. */
export const storedNumber = (digits: string): string => NUMBER_MARK + digits;

type Filled = { readonly value: Json; readonly types: readonly PlaceholderType[] };

/**
 * Only values that the run's own input put in, and as `recalled` says those of its person that earlier runs put in; placeholders that `wanted`
 * declines, or that the vault does not know, stay.
 */
export const fillValue = (
  vault: VaultPort,
  context: GuardContext,
  value: Json,
  wanted: (type: PlaceholderType) => boolean,
  recalled: OpenRecalled = "no",
): Promise<Filled> =>
  fill(vault, context, value, wanted, {
    inputOnly: true,
    ...(recalled === "no" ? {} : { recalledOf: context.subject, recalledOnly: recalled === "only" }),
  });

/** Every value that the run has seen, whoever said it. Only to be checked against a schema: it MUST go nowhere. */
export const filledForChecking = async (vault: VaultPort, context: Pick<GuardContext, "org" | "run">, value: Json): Promise<Json> =>
  (await fill(vault, context, value, () => true, { inputOnly: false })).value;

async function fill(
  vault: VaultPort,
  { org, run }: Pick<GuardContext, "org" | "run">,
  value: Json,
  wanted: (type: PlaceholderType) => boolean,
  which: Pick<Parameters<VaultPort["open"]>[1], "inputOnly" | "recalledOf" | "recalledOnly">,
): Promise<Filled> {
  const texts = textsOf(value);
  if (!texts.ok) throw new Error(`a value beyond the bounds is not filled in: ${texts.error}`);
  const sites = texts.value.flatMap(({ text }) => findPlaceholders(text)).filter(({ type }) => wanted(type));
  const placeholders = [...new Set(sites.map((site) => site.text))];
  if (placeholders.length === 0) return { value, types: [] };
  const answers = await vault.open(org, { run, placeholders, ...which });
  const values = new Map(placeholders.flatMap((placeholder, index) => pairOf(placeholder, answers[index] ?? null)));
  const opened = new Set<PlaceholderType>();
  const put = (index: number): Json => {
    const part = texts.value[index];
    if (part === undefined) throw new Error("the two walks over a value disagree");
    if (part.number !== undefined) return part.number;
    const filled = fillPlaceholders(part.text, (placeholder, type) => {
      const known = wanted(type) ? values.get(placeholder) : undefined;
      if (known !== undefined) opened.add(type);
      return known?.replace(NUMBER_MARK, "") ?? null;
    });
    const isNumber = part.kind === "string" && values.get(part.text)?.startsWith(NUMBER_MARK);
    return isNumber ? Number(filled) : filled;
  };
  return { value: rewriteTexts(value, put).value, types: [...opened] };
}

const pairOf = (placeholder: string, value: string | null): [string, string][] => (value === null ? [] : [[placeholder, value]]);
