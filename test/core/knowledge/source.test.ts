/** What a document may name as its source: nothing that a page could run when it shows it as a link. */
import { describe, expect, it } from "vitest";
import { flawOfSourceName } from "../../../core/knowledge/source.ts";

describe("[INGEST-14] a document's source", () => {
  it.each([
    "https://shop.example/terms?x=1#a:b",
    "HTTP://shop.example",
    "https://bücher.example/ä",
    "urn:isbn:9780141036144",
    "handbook-7",
    "wiki/returns 2026",
    "C. Miller, page 7",
    "/policies/returns",
  ])("may be %s", (text) => {
    expect(flawOfSourceName(text)).toBeNull();
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "java script:alert(1)",
    "\u0001javascript:alert(1)",
    "java\u00adscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "blob:https://shop.example/1",
    "file:///etc/passwd",
    "mailto:mara@example.com",
    "//evil.example/x",
    "\\\\evil.example\\x",
    "https:evil.example",
    "https://",
    "https://user:secret@shop.example/",
    "https://shop.example@evil.example/",
    "view-source:https://a.example",
  ])("is never %j", (text) => {
    expect(flawOfSourceName(text)).not.toBeNull();
  });
});
