/** A definition's name by content: the same content has the same digest, whatever the order of its fields was. */
import { canonicalJson } from "../canonical-json.ts";
import type { Json } from "../json.ts";
import type { Definition } from "./definition.ts";

/** `sha256Hex`: SHA-256 of a text's UTF-8 bytes, lower-case hex, at once or as a promise. */
export const workflowDigest = <T extends string | Promise<string>>(definition: Definition, sha256Hex: (text: string) => T): T =>
  sha256Hex(canonicalJson(definition as unknown as Json));
