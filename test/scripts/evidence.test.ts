import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesWith, findIn, personalDataIn } from "../../scripts/start/evidence.ts";
import { TICKET } from "../../scripts/start/ticket.ts";

const needles = personalDataIn(TICKET);

describe("the search for personal data", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bulkhead-evidence-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("looks for the mail address and for the card in every way of writing it", () => {
    expect(needles.map(({ text }) => text)).toEqual([
      "mara.lindqvist@example.org",
      "4111 1111 1111 1111",
      "4111111111111111",
      "4111-1111-1111-1111",
    ]);
    expect(personalDataIn("order A-1002, 249.90 dollars, on 2026-01-01")).toEqual([]);
  });

  it("[7] finds what lies about in a text, whatever its case", () => {
    expect(findIn('{"to":"Mara.Lindqvist@example.org"}', needles)).toHaveLength(1);
    expect(findIn("card 4111-1111-1111-1111", needles)).toHaveLength(1);
    expect(findIn("{{EMAIL_1}} and {{CREDIT_CARD_1}}", needles)).toEqual([]);
  });

  it.each([
    ["in UTF-8", Buffer.from("xx mara.lindqvist@example.org xx")],
    ["in UTF-16", Buffer.from("card: 4111111111111111", "utf16le")],
    ["across the border of two pieces", Buffer.concat([Buffer.alloc((1 << 20) - 9, 32), Buffer.from("4111 1111 1111 1111")])],
    ["at the end of a large file", Buffer.concat([Buffer.alloc(3 << 20, 120), Buffer.from("mara.lindqvist@example.org")])],
  ])("[7] finds it in a file, %s", (_how, bytes) => {
    const file = join(folder, "state.sqlite");
    writeFileSync(file, bytes);
    expect(filesWith(folder, needles).map((found) => found.file)).toEqual([file]);
    writeFileSync(file, "{{EMAIL_1}}");
    expect(filesWith(folder, needles)).toEqual([]);
  });
});
