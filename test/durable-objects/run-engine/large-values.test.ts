/** What is cut out of a row can be put back, whatever the document is. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Json } from "../../../core/json.ts";
import { cut, whole } from "../../../durable-objects/run-engine/large-values.ts";
import { bestOf } from "../../support/cpu-time.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const bytes = (text: string): number => Buffer.byteLength(text);

function backFrom(row: string, parts: ReadonlyMap<string, string>): Json {
  const read = whole(row, (hash) => {
    const text = parts.get(hash);
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  });
  if (!read.ok) throw new Error("something is absent");
  return read.value;
}

describe("cutting a row", () => {
  it("[RUN-104] gives the same bytes back, for any document and any border", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 2, max: 200 }), (value, largest) => {
        // In an array, as a turn is: no other document begins as a lightened one does.
        const text = JSON.stringify([value]);
        const { row, parts } = cut(text, largest, sha256);
        expect(JSON.stringify(backFrom(row, parts))).toBe(JSON.stringify(JSON.parse(text)));
        for (const [hash, part] of parts) expect(sha256(part)).toBe(hash);
        if (bytes(text) <= largest) expect(row).toBe(text);
        else expect(JSON.stringify(JSON.parse(row).rest).length).toBeLessThanOrEqual(Math.max(largest, 4));
      }),
      { numRuns: 2_000 },
    );
  });

  it("[GUARD-38] takes a document of 60,000 keys in less than 200 ms of CPU, and makes the texts of none of its small values", () => {
    const text = JSON.stringify([
      { input: Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, index % 2 ? "a b" : 1])) },
    ]);
    expect(bestOf(() => cut(text, 100_000, sha256), 200)).toBeLessThan(200);
    const encoded = vi.spyOn(TextEncoder.prototype, "encode");
    try {
      const { parts } = cut(text, 100_000, sha256);
      expect([parts.size, encoded.mock.calls.length > 0, encoded.mock.calls.length < 10]).toEqual([1, true, true]);
    } finally {
      encoded.mockRestore();
    }
  });

  it("[RUN-104] the same value is one part, wherever it stands; what is small stays", () => {
    const large = { rows: ["x".repeat(300)] };
    const { row, parts } = cut(
      JSON.stringify([
        { seq: 1, data: { output: large } },
        { seq: 2, data: { output: { again: large } } },
      ]),
      200,
      sha256,
    );
    expect([...parts.values()]).toEqual([JSON.stringify("x".repeat(300))]);
    expect(
      JSON.parse(row)
        .kept.map(({ at }: { at: string }) => at)
        .sort(),
    ).toEqual(["/0/data/output/rows/0", "/1/data/output/again/rows/0"]);
    expect(JSON.parse(row).rest[1].seq).toBe(2);
  });

  it("[RUN-104] bytes count, not characters", () => {
    expect(cut(JSON.stringify(["ä".repeat(100)]), 150, sha256).parts.size).toBe(1);
    expect(cut(JSON.stringify(["a".repeat(100)]), 150, sha256).parts.size).toBe(0);
  });

  it("[RUN-104] what is exactly as large as may be stays, in a list or an object too", () => {
    const inner = { k: "x".repeat(50) };
    const largest = JSON.stringify(inner).length + 1; // each entry is counted with a comma
    const cutAt = (most: number): number => cut(JSON.stringify([inner, "y".repeat(largest - 2)]), most, sha256).parts.size;
    expect([cutAt(largest), cutAt(largest - 1)]).toEqual([1, 2]); // the list of both, or each of them
  });

  it("[RUN-107] a part that is not known is named, never left out", () => {
    const { row, parts } = cut(JSON.stringify(["x".repeat(300), ["y".repeat(300)]]), 200, sha256);
    const known = [...parts.keys()][0];
    expect(whole(row, (hash) => (hash === known ? "" : undefined))).toEqual({ ok: false, error: [...parts.keys()].slice(1) });
  });
});
