/** What of a document and a search is refused by its shape alone. */
import { describe, expect, it } from "vitest";
import { DocumentBody, SearchBody } from "../../../workers/ingress/schemas/knowledge.ts";

const pathsOf = (result: ReturnType<typeof DocumentBody.safeParse> | ReturnType<typeof SearchBody.safeParse>): string[] =>
  result.success ? [] : result.error.issues.map(({ path }) => path.join("/"));
const document = (metadata: string) => pathsOf(DocumentBody.safeParse({ title: "t", text: "x", metadata: JSON.parse(metadata) }));
const search = (filter: string) => pathsOf(SearchBody.safeParse({ query: "x", filter: JSON.parse(filter) }));

describe("a fact of a document", () => {
  it("[KNOW-22] with personal data is refused and named, as a text and as a number", () => {
    for (const value of ["5500005555555559", '"5500005555555559"', '"ada@example.com"', '"DE89370400440532013000"'])
      expect(document(`{"lang": "en", "owner": ${value}}`), value).toEqual(["metadata/owner"]);
    for (const value of ["2026", "20261130", "1732959999000", '"2026-11-30"', '"en-GB"', "true", '"v1.2.3"', "48.2082", '"ORD-4711"'])
      expect(document(`{"fact": ${value}}`), value).toEqual([]);
  });

  it("[KNOW-23] named `__proto__` is refused, in facts and in filters", () => {
    expect(document('{"__proto__": "x"}')).toEqual(["metadata/__proto__"]);
    expect(search('{"__proto__": "x"}')).toEqual(["filter/__proto__"]);
    expect([document('{"constructor": "x"}'), search('{"constructor": ["x"]}'), search("{}")]).toEqual([[], [], []]);
    expect(pathsOf(SearchBody.safeParse({ query: "x" }))).toEqual([]);
  });
});
