/** The search for planted words sees them in every form: otherwise "none was found" would say nothing. */
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { formsOf, unpacked } from "../../support/canaries/forms.ts";

const WORD = "zorvaxel-needle-77";
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const sees = (stored: string): boolean => formsOf(WORD).some((form) => unpacked(stored).includes(form));

it.each([
  ["as it is", `{"a":"${WORD}"}`],
  ["in UTF-16", latin1(Buffer.from(`x${WORD}`, "utf16le"))],
  ["in hex", Buffer.from(`ab${WORD}`).toString("hex")],
  ["in base64", Buffer.from(WORD).toString("base64")],
  ["in base64 after one byte", Buffer.from(`a${WORD}b`).toString("base64")],
  ["in base64 after two bytes", Buffer.from(`ab${WORD}cd`).toString("base64url")],
  ["in gzip", `head${latin1(gzipSync(`lines ${WORD} lines`))}`],
])("finds a word %s", (_, stored) => {
  expect(sees(stored)).toBe(true);
  expect(sees(stored.slice(0, 9))).toBe(false);
});
