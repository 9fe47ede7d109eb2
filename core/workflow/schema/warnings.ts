/** What a valid schema says that nothing here reads: told when it is registered, refused never. */
import { escapeToken, type JsonObject, own } from "../../json.ts";
import { type Errors, shortName } from "../form.ts";
import { isKnownFormat } from "./formats.ts";
import { isKnownKeyword } from "./keywords.ts";

const DRAFT = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

/** Adds warnings about keywords of one schema that have no effect. */
export function warningsOf(node: JsonObject, path: string, warnings: Errors): void {
  const draft = own(node, "$schema");
  if (typeof draft === "string" && !DRAFT.test(draft)) {
    warnings.add(`${path}/$schema`, "the schema is read as JSON Schema 2020-12, whatever its `$schema` says");
  }
  const format = own(node, "format");
  if (typeof format === "string" && !isKnownFormat(format)) {
    warnings.add(`${path}/format`, `the format \`${shortName(format)}\` is unknown: no value is held to it`);
  }
  for (const keyword of Object.keys(node)) {
    if (isKnownKeyword(keyword)) continue;
    warnings.add(`${path}/${escapeToken(keyword)}`, `the keyword \`${shortName(keyword)}\` is unknown: no value is held to it`);
  }
}
