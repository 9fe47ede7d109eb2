import { describe, expect, it } from "vitest";
import type { AuditEntry } from "../../../core/audit/entry.ts";
import { PAGE_CHARACTERS, pageDifferences, pageOf, pagesOf } from "../../../core/audit/page.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { chainOf, RUN, testRecord } from "../../support/audit-chain.ts";

const other = "run_01JZ0000000000000000000001";
const entriesOf = (...changes: readonly Partial<AuditRecord>[]): AuditEntry[] =>
  chainOf(changes.map((change, index) => testRecord(index + 1, change)));

describe("pages", () => {
  it("hold entries of one run, with consecutive numbers, and lose none", () => {
    const entries = entriesOf({}, {}, { resource: `run/${other}` }, { resource: "api-key/key_1" }, { resource: "api-key/key_2" }, {});
    const pages = pagesOf(entries);
    expect(pages.map(({ first_seq, last_seq, run }) => [first_seq, last_seq, run])).toEqual([
      [1, 2, RUN],
      [3, 3, other],
      [4, 5, null],
      [6, 6, RUN],
    ]);
    expect(pages.flatMap((page) => JSON.parse(page.entries))).toEqual(entries);
    for (const page of pages) expect(pageOf(JSON.parse(page.entries))).toEqual(page);
  });

  it("end before they grow too long; an entry that is longer stands alone", () => {
    const text = (characters: number) => ({ data: { text: "x".repeat(characters) } });
    const entries = entriesOf({}, text(PAGE_CHARACTERS), {}, text(90_000), text(90_000), text(90_000));
    const pages = pagesOf(entries);
    expect(pages.map((page) => [page.first_seq, page.last_seq])).toEqual([
      [1, 1],
      [2, 2],
      [3, 5],
      [6, 6],
    ]);
    expect(pages.filter((page) => page.first_seq !== 2).every((page) => page.entries.length <= PAGE_CHARACTERS + 2)).toBe(true);
  });

  it("of several runs, or of nothing, are none", () => {
    expect(pageOf(entriesOf({}, { resource: `run/${other}` }))).toBeNull();
    expect(pageOf([])).toBeNull();
    expect(pagesOf([])).toEqual([]);
  });

  it("differ by the column that differs", () => {
    const [page] = pagesOf(entriesOf({}));
    if (page === undefined) throw new Error("one page");
    expect(pageDifferences(page, { ...page })).toEqual([]);
    expect(pageDifferences(page, { ...page, run: null, entries: `${page.entries} ` })).toEqual(["run", "entries"]);
  });
});
