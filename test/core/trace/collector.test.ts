/** The exporter's variables, and what a collector's answer means. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAnswer, readCollector, readHeaders } from "../../../core/trace/collector.ts";
import { cpuMs } from "../../support/cpu-time.ts";

describe("OTEL_EXPORTER_OTLP_HEADERS", () => {
  it.each([
    ["api-key=abc", [["api-key", "abc"]]],
    [
      "Authorization=Basic%20dXNlcjpwYXNz, X-Scope-OrgID=1 ,",
      [
        ["authorization", "Basic dXNlcjpwYXNz"],
        ["x-scope-orgid", "1"],
      ],
    ],
    ["authorization=Basic dXNlcjpwYXNzdw==", [["authorization", "Basic dXNlcjpwYXNzdw=="]]],
    ["a=1,A=2", [["a", "2"]]],
    ["half=100%", [["half", "100%"]]],
    ["", []],
  ])("[OTLP-1] reads `%s`", (text, headers) => {
    expect(readHeaders(text)).toEqual({ headers, problems: [] });
  });

  it.each([
    "nothing",
    "=value",
    "a b=1",
    "a=",
    "a=x%0d%0aevil: 1",
    "a=%00",
    "content-type=text/plain",
    "Host=evil",
    "a=%E2%82%AC",
    "%0a=1",
  ])("[OTLP-1] leaves `%s` out and says which entry, not what it holds", (text) => {
    const { headers, problems } = readHeaders(`good=1,${text}`);
    expect(headers).toEqual([["good", "1"]]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^entry 2 of OTEL_EXPORTER_OTLP_HEADERS /);
  });

  it("[OTLP-1] whatever the text is, what comes of it may be sent, and no problem repeats a part of it", () => {
    const pieces = fc.array(
      fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(",", "=", "%", "%0a", "%2c", "\r\n", "host", "ſecret")),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const { headers, problems } = readHeaders(parts.join(""));
        for (const [name, value] of headers) new Headers().set(name, value);
        const odd = headers.filter(([name]) => name === "host" || name !== name.toLowerCase());
        expect(odd).toEqual([]);
        for (const problem of problems) expect(problem).toMatch(/^entry \d+ of OTEL_EXPORTER_OTLP_HEADERS (has|is) [a-z ]+$/);
      }),
      { numRuns: 500 },
    );
  });

  it("[OTLP-1] a megabyte is read in a moment", () => {
    const at = cpuMs();
    const { headers, problems } = readHeaders("a=%".repeat(100_000) + ",x".repeat(300_000));
    expect(cpuMs() - at).toBeLessThan(2_000);
    expect(headers.length + problems.length).toBeLessThan(200);
  });
});

describe("the endpoint", () => {
  const read = (variables: Partial<Parameters<typeof readCollector>[0]>) =>
    readCollector({ allowPrivateHosts: false, ...variables }, (text) => URL.parse(text));

  it.each([
    [{ endpoint: "https://c.example.com" }, "https://c.example.com/v1/traces"],
    [{ endpoint: "https://c.example.com/otlp/" }, "https://c.example.com/otlp/v1/traces"],
    [{ endpoint: " https://c.example.com/otlp?tenant=1 " }, "https://c.example.com/otlp/v1/traces?tenant=1"],
    [{ endpoint: "https://c.example.com", tracesEndpoint: "https://t.example.com/x" }, "https://t.example.com/x"],
    [{ endpoint: "http://127.0.0.1:4318", allowPrivateHosts: true }, "http://127.0.0.1:4318/v1/traces"],
  ])("[OTLP-2] of %j is %s", (variables, url) => {
    const { collector, problems } = read(variables);
    expect([collector?.url, problems]).toEqual([url, []]);
  });

  it.each(["http://c.example.com", "https://127.0.0.1", "nonsense", "ftp://c.example.com", "https://user:hunter2@c.example.com"])(
    "[OTLP-2] `%s` is none, and the reason does not repeat it",
    (endpoint) => {
      const { collector, problems } = read({ endpoint });
      expect(collector).toBeNull();
      expect(problems).toHaveLength(1);
      expect(problems[0]).not.toContain(endpoint);
      expect(problems[0]).not.toContain("hunter2");
    },
  );

  it("[OTLP-2] is none where none is set, which is no problem; times and conventions have defaults", () => {
    expect(read({ endpoint: "" })).toEqual({ collector: null, problems: [] });
    const endpoint = "https://c.example.com";
    expect(read({ endpoint }).collector).toMatchObject({ timeoutMs: 10_000, olderNames: false });
    expect(read({ endpoint, timeout: { all: "2500" }, conventions: "http, gen_ai/dup" }).collector).toMatchObject({
      timeoutMs: 2_500,
      olderNames: true,
    });
    expect(read({ endpoint, timeout: { all: "-1" } }).collector).toMatchObject({ timeoutMs: 10_000 });
  });

  it("[OTLP-2] the variables of traces alone go before those of all signals; what is not spoken is named, and not repeated", () => {
    const all = { endpoint: "https://c.example.com", headers: { all: "a=1", traces: "b=2" }, timeout: { all: "1", traces: "2" } };
    const { collector, problems } = read({ ...all, compression: { all: "none", traces: "gzip" }, protocol: { all: "http/json" } });
    expect([collector, problems]).toMatchObject([{ headers: [["b", "2"]], timeoutMs: 2, gzip: true }, []]);
    const odd = read({ ...all, compression: { all: "zstd" }, protocol: { traces: "grpc" } });
    expect([odd.collector?.gzip, odd.problems.length]).toEqual([false, 2]);
    expect(odd.problems.join()).not.toMatch(/zstd|grpc/);
  });
});

describe("an answer", () => {
  const NOW = Date.UTC(2026, 10, 30);
  it.each([
    [200, null, "{}", { kind: "taken", rejected: 0 }],
    [200, null, "<html>", { kind: "taken", rejected: 0 }],
    [200, null, '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too long"}}', { kind: "taken", rejected: 3 }],
    [202, null, '{"partialSuccess":{"rejectedSpans":2}}', { kind: "taken", rejected: 2 }],
    [200, null, '{"partialSuccess":{"rejectedSpans":"-1"}}', { kind: "taken", rejected: 0 }],
    [400, null, "", { kind: "refused", status: 400 }],
    [413, "1", "", { kind: "refused", status: 413 }],
    [501, null, "", { kind: "refused", status: 501 }],
    [429, "7", "", { kind: "later", status: 429, afterMs: 7_000 }],
    [503, "Mon, 30 Nov 2026 00:01:00 GMT", "", { kind: "later", status: 503, afterMs: 60_000 }],
    [503, "soon", "", { kind: "later", status: 503, afterMs: null }],
    [503, "999999999", "", { kind: "later", status: 503, afterMs: 3_600_000 }],
    [502, null, "", { kind: "later", status: 502, afterMs: null }],
    [500, null, "", { kind: "later", status: 500, afterMs: null }],
    [401, null, "", { kind: "later", status: 401, afterMs: null }],
    [404, null, "", { kind: "later", status: 404, afterMs: null }],
    [415, null, "", { kind: "later", status: 415, afterMs: null }],
    [307, null, "", { kind: "later", status: 307, afterMs: null }],
  ])("[OTLP-3] %d with Retry-After %s and `%s` means %j", (status, retryAfter, body, meaning) => {
    expect(readAnswer(status, retryAfter, body, NOW)).toEqual(meaning);
  });
  it.each(['"9223372036854775807"', "9223372036854775807", `"${"9".repeat(400)}"`])(
    "[OTLP-20] `rejectedSpans` %s are refused spans",
    (rejected) =>
      expect(readAnswer(200, null, `{"partialSuccess":{"rejectedSpans":${rejected}}}`, NOW)).toEqual({
        kind: "taken",
        rejected: Number.MAX_SAFE_INTEGER,
      }),
  );
});
