/** The ledger beside an upstream's own account: what exports look like, hostile ones among them, and which differences are told. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LedgerUse, reconcile } from "../../../core/costs/reconcile.ts";
import { readGatewayLogs, readUsageCsv } from "../../../core/costs/usage-export.ts";
import { readCsv } from "../../../core/csv.ts";
import { bestOf } from "../../support/cpu-time.ts";

const BOUNDS = { rows: 1_000, columns: 50, field: 200 };
const fieldsOf = (text: string) => {
  const read = readCsv(text, BOUNDS);
  return read.ok ? read.value.map(({ fields }) => fields) : `row ${read.error.row} ${read.error.message}`;
};

describe("comma-separated values", () => {
  it("[RECON-1] are read as RFC 4180 has them: quotes, both line ends, a byte order mark, other separators", () => {
    expect(fieldsOf('\uFEFFa,b\r\n"1,5","say ""hi""\nthere"\r\n\r\n,\n')).toEqual([
      ["a", "b"],
      ["1,5", 'say "hi"\nthere'],
      ["", ""],
    ]);
    expect(fieldsOf("a;b\n1,5;2")).toEqual([
      ["a", "b"],
      ["1,5", "2"],
    ]);
    expect(fieldsOf("a\tb\r1\t")).toEqual([
      ["a", "b"],
      ["1", ""],
    ]);
    expect(fieldsOf("")).toEqual([]);
  });

  it("[RECON-1] come back as they were written, whatever is in them", () => {
    const field = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", ";", "\t", "a", "é", " "), maxLength: 12 });
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, (table) => {
        const header = ["x", ...(table[0] ?? [])].map((_, index) => `c${index}`);
        const all = [header, ...table];
        const text = all.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")).join("\r\n");
        expect(fieldsOf(text)).toEqual(all);
      }),
      { numRuns: 300 },
    );
  });

  it("[RECON-2] are refused with their row where they are broken or too large", () => {
    expect(fieldsOf('a,b\n1,"open')).toBe("row 2 has a quoted field without an end");
    expect(fieldsOf('a,b\n"1"x,2')).toBe("row 2 has text after the end of a quoted field");
    expect(fieldsOf(`a,b\n${"x".repeat(300)},2`)).toBe("row 2 has a field of more than 200 characters");
    expect(fieldsOf(",".repeat(60))).toBe("row 1 has more than 50 columns");
    expect(fieldsOf("a\n".repeat(2_000))).toBe("row 1001 is beyond the 1000 rows that are read");
  });

  const HOSTILE: Record<string, (n: number) => string> = {
    quotes: (n) => `date,model,cost\n${'"'.repeat(n)}`,
    "pairs of quotes": (n) => `date,model,cost\n"${'""'.repeat(n / 2)}`,
    separators: (n) => `date,model,cost\n${",".repeat(n)}`,
    "a header of separators": (n) => ",;\t".repeat(n / 3),
    "line ends": (n) => `date,model,cost\n${"\r".repeat(n)}`,
    "one field": (n) => `date,model,cost\n${"9".repeat(n)}`,
    "rows of nothing": (n) => `date,model,cost\n${"1,2,3\n".repeat(n / 6)}`,
    "amounts with many commas": (n) => `date,model,cost\n${'2026-11-01,m,"1,111,111,111,111,111"\n'.repeat(n / 38)}`,
    "long amounts": (n) => `date,model,cost\n${`2026-11-01,m,0.${"1".repeat(30)}e-30\n`.repeat(n / 50)}`,
    "other models": (n) => `date,model,cost\n${Array.from({ length: n / 24 }, (_, index) => `2026-11-01,m${index},1`).join("\n")}`,
  };
  it.each(Object.entries(HOSTILE))("[RECON-2] of a mebibyte of %s cost less than half a second, and throw nothing", (_name, make) => {
    const text = make(1_000_000);
    expect(bestOf(() => readUsageCsv(text, {}), 500)).toBeLessThan(500);
  });
});

const read = (text: string, columns = {}) => {
  const result = readUsageCsv(text, columns);
  return result.ok ? result.value : result.error;
};

describe("an upstream's account", () => {
  it("[RECON-3] is read in the forms of OpenAI, Anthropic and AI Gateway, exactly to the micro-dollar", () => {
    const costs = [
      "start_time,start_time_iso,amount_value,amount_currency,line_item",
      '1793491200,2026-11-01T00:00:00Z,1.2500005e-05,usd,"big-2026-01-01, input"',
      '1793491200,2026-11-01T00:00:00Z,0.000000499,usd,"big-2026-01-01, output"',
      '1793491200,2026-11-01T00:00:00Z,"1,234.50",USD,small-1',
      "1793491200,2026-11-01T00:00:00Z,5,eur,small-1",
    ].join("\n");
    expect(read(costs)).toEqual({
      uses: [
        { day: "2026-11-01", model: "big-2026-01-01", microUsd: 13, tokens_in: null, tokens_out: null, calls: null },
        { day: "2026-11-01", model: "small-1", microUsd: 1_234_500_000, tokens_in: null, tokens_out: null, calls: null },
      ],
      ...{ rows: 4, left_out: 1, skipped: [{ row: 5, why: "is not in US dollars" }] },
    });
    const tokens = [
      "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_input_tokens_cache_read,usage_output_tokens",
      "2026-11-02,big-2026-01-01,100,20,7",
    ].join("\n");
    expect(read(tokens)).toMatchObject({ uses: [{ day: "2026-11-02", microUsd: null, tokens_in: 120, tokens_out: 7 }] });
    const logs = [
      { created_at: "2026-11-01 23:59:59", provider: "acme", model: "big-2026-01-01", tokens_in: 5, tokens_out: 6, cost: 0.00002 },
      { created_at: "2026-11-01T23:30:00-01:00", provider: "acme", model: "big-2026-01-01", tokens_in: 5, tokens_out: 6, cost: 0.1 },
      { created_at: "2026-11-01T01:00:00Z", model: "big-2026-01-01", cached: true, cost: 0 },
    ];
    expect(readGatewayLogs(logs)).toMatchObject({
      uses: [
        { day: "2026-11-01", model: "acme/big-2026-01-01", microUsd: 20, tokens_in: 5, calls: 1 },
        { day: "2026-11-02", model: "acme/big-2026-01-01", microUsd: 100_000 },
      ],
      ...{ rows: 3, left_out: 1 },
    });
  });

  it("[RECON-3] adds up to nine billion dollars exactly, and leaves out with its reason each row that would lead beyond", () => {
    const rows = (...amounts: string[]) => read(["date,model,cost", ...amounts.map((amount) => `2026-11-01,m,${amount}`)].join("\n"));
    const over = (...numbers: number[]) => numbers.map((row) => ({ row, why: "brings the sum over nine billion dollars" }));
    expect(rows("8999999999.999999", "0.000001", "0.000000000001", "1", "0")).toMatchObject({
      uses: [{ microUsd: 9_000_000_000_000_000 }],
      ...{ rows: 5, left_out: 2, skipped: over(4, 5) },
    });
    expect(rows("9000000000.000000000001", "999999999999999999", "1e18", "3")).toMatchObject({
      uses: [{ microUsd: 3_000_000 }],
      left_out: 3,
    });
    // Amounts count without their signs: what is given back makes no room for more.
    expect(rows("5000000000", "-4000000000", "0.5", "-1")).toMatchObject({ uses: [{ microUsd: 1e15 }], left_out: 2, skipped: over(4, 5) });
    expect(readGatewayLogs([8e9, 1e9, 0.01].map((cost) => ({ created_at: "2026-11-01T00:00:00Z", model: "m", cost })))).toMatchObject({
      uses: [{ microUsd: 9e15 }],
      ...{ left_out: 1, skipped: over(3) },
    });
  });

  it("[RECON-3] adds up counts as long as their sum is exact, and leaves out with its reason each row that would lead beyond", () => {
    const most = "999999999999";
    const rows = Array.from({ length: 10_000 }, () => `2026-11-01,m,${most},0`);
    const account = read(["date,model,input_tokens,output_tokens", ...rows, "2026-11-01,m,9007199254,0"].join("\n"));
    const fitting = Math.floor(Number.MAX_SAFE_INTEGER / Number(most));
    expect(account).toMatchObject({ rows: 10_001, left_out: 10_000 - fitting });
    expect(account).toMatchObject({
      uses: [{ tokens_in: fitting * Number(most) + 9_007_199_254 }],
      ...{ skipped: expect.arrayContaining([{ row: 9_010, why: "brings the sum of the counts over nine quadrillion" }]) },
    });
  });

  it("[RECON-3] takes names of columns, and says which it lacks", () => {
    expect(read("Tag,Modell,Betrag\n2026-11-01,m,1", { day: "tag", model: "Modell", usd: "betrag" })).toMatchObject({
      uses: [{ microUsd: 1e6 }],
    });
    expect(read("a,b\n1,2")).toMatchObject([{ path: "/csv" }, { path: "/csv" }]);
    expect(read("date,model\n2026-11-01,m")).toMatchObject([{ message: expect.stringContaining("neither dollars nor tokens") }]);
    expect(read("date,model,cost\n", { usd: "__proto__" })).toMatchObject([{ path: "/columns/usd" }]);
    expect(read("__proto__,constructor,date,model,cost\n1,2,2026-11-01,__proto__,1")).toMatchObject({ uses: [{ model: "__proto__" }] });
  });

  it("[RECON-3] leaves out what cannot be read, and names the first twenty", () => {
    const wrong = ["2026-02-30,m,1", ",m,1", "2026-11-01,,1", "2026-11-01,m,=1+1", "2026-11-01,m,1e99", "2026-11-01,m,99999999999"];
    const all = read(`date,model,cost\n${[...wrong, ...Array(30).fill("x,m,1"), "1793491200123,m,-0.5"].join("\n")}`);
    expect(all).toMatchObject({ left_out: 36, uses: [{ day: "2026-11-01", microUsd: -500_000 }] });
    expect("skipped" in all ? all.skipped.length : 0).toBe(20);
  });
});

describe("an export that could be read in several ways", () => {
  it("[RECON-6] a named column is the one that is written so, else the only one that reads so", () => {
    const text = "日付,モデル,費用,Cost ($),Cost (€)\n2026-11-01,m,7,1,2";
    const named = { day: "日付", model: "モデル" };
    expect(read(text, { ...named, usd: " 費用 " })).toMatchObject({ uses: [{ microUsd: 7e6 }] });
    expect(read(text, { ...named, usd: "Cost ($)" })).toMatchObject({ uses: [{ microUsd: 1e6 }] });
    expect(read(text, { ...named, usd: "Cost (€)" })).toMatchObject({ uses: [{ microUsd: 2e6 }] });
    expect(read(text, { ...named, usd: "cost (£)" })).toMatchObject([{ path: "/columns/usd", message: expect.stringMatching(/several/) }]);
    for (const usd of ["€", "料金", " "]) expect(read(text, { ...named, usd })).toMatchObject([{ path: "/columns/usd" }]);
    expect(read("date,model,$,€\n2026-11-01,m,1,2", { usd: "€" })).toMatchObject({ uses: [{ microUsd: 2e6 }] });
  });

  it("[RECON-6] a column that the header has twice is refused, unless it is read by nobody", () => {
    expect(read("date,model,cost,Cost\n2026-11-01,m,1,2")).toMatchObject([{ path: "/csv", message: expect.stringContaining("`cost`") }]);
    expect(read("date,model,cost,Cost\n2026-11-01,m,1,2", { usd: "Cost" })).toMatchObject({ uses: [{ microUsd: 2e6 }] });
    expect(read("date,model,cost,cost\n2026-11-01,m,1,2", { usd: "cost" })).toMatchObject([{ path: "/columns/usd" }]);
    expect(read("date,model,input_tokens,input_tokens\n2026-11-01,m,1,2")).toMatchObject([{ path: "/csv" }]);
    expect(read("date,model,cost,note,note\n2026-11-01,m,1,a,b")).toMatchObject({ uses: [{ microUsd: 1e6 }] });
  });

  it("[RECON-7] a row with other fields than the header, or without an amount, is left out with its reason", () => {
    const rows = ["2026-11-01,m,1,5", "2026-11-01,m,1,5,6", "2026-11-01,m,1", "2026-11-01,m, ,5"];
    expect(read(`date,model,cost,input_tokens\n${rows.join("\n")}`)).toMatchObject({
      uses: [{ microUsd: 1e6, tokens_in: 5 }],
      skipped: [
        { row: 3, why: "has 5 fields where the header has 4" },
        { row: 4, why: "has 3 fields where the header has 4" },
        { row: 5, why: "has no amount" },
      ],
    });
    expect(read("date,model,input_tokens\n2026-11-01,m,5\n2026-11-01,m,")).toMatchObject({
      uses: [{ tokens_in: 5 }],
      skipped: [{ row: 3, why: "has no count of tokens" }],
    });
    // Beside an amount, counts that are told in part are told not at all.
    expect(read("date,model,cost,input_tokens\n2026-11-01,m,1,5\n2026-11-01,m,1,")).toMatchObject({
      uses: [{ microUsd: 2e6, tokens_in: null }],
      left_out: 0,
    });
  });

  it("[RECON-7] a gateway's log without a cost that can be read is left out with its reason", () => {
    const log = { created_at: "2026-11-01T00:00:00Z", model: "m", tokens_in: 5, tokens_out: 6 };
    expect(readGatewayLogs([{ ...log, cost: 1 }, log, { ...log, cost: null }, { ...log, cost: 1e300 }])).toMatchObject({
      uses: [{ microUsd: 1e6, tokens_in: 5, calls: 1 }],
      left_out: 3,
      skipped: [
        { row: 2, why: "has no cost" },
        { row: 3, why: "has no cost" },
        { row: 4, why: "has an amount that cannot be read" },
      ],
    });
  });
});

describe("the comparison", () => {
  const ledger = (model: string, microUsd: number, day = "2026-11-01"): LedgerUse => ({
    day,
    model,
    microUsd,
    tokens_in: 10,
    tokens_out: 5,
    calls: 1,
  });
  const told = (model: string, microUsd: number | null, day = "2026-11-01") => ({
    day,
    model,
    microUsd,
    tokens_in: 10,
    tokens_out: 5,
    calls: 1,
  });
  const names = new Map([["acme/big-1", "big-2026-01-01"]]);
  const compare = (
    ours: LedgerUse[],
    theirs: ReturnType<typeof told>[],
    provider: string | null = null,
    tolerance = { microUsd: 0, percent: 0 },
  ) => reconcile(ours, theirs, names, provider, tolerance);

  it("[RECON-4] lists what differs by day and model, the largest first, and counts what agrees", () => {
    const { data, equal, total } = compare(
      [ledger("acme/big-1", 5_000), ledger("acme/small-1", 70), ledger("acme/gone-1", 9), ledger("other/x-1", 1)],
      [told("Big-2026-01-01", 5_000), told("acme/small-1", 90), told("new-1", 4)],
    );
    expect(data.map(({ model, models, status, difference_usd }) => [model, models, status, difference_usd])).toEqual([
      ["small-1", ["acme/small-1"], "differs", 0.00002],
      ["gone-1", ["acme/gone-1"], "only_ours", -0.000009],
      ["new-1", [], "only_theirs", 0.000004],
    ]);
    expect([equal, total]).toEqual([1, { ours_usd: 0.005079, theirs_usd: 0.005094, difference_usd: 0.000015 }]);
  });

  it("[RECON-4] keeps to the provider that is asked for, and to the tolerance", () => {
    const ours = [ledger("acme/big-1", 100), ledger("other/x-1", 1)];
    expect(compare(ours, [told("big-2026-01-01", 100)], "other").data.map(({ status }) => status)).toEqual(["only_theirs", "only_ours"]);
    const theirs = [told("big-2026-01-01", 102)];
    expect(compare(ours, theirs, null, { microUsd: 2, percent: 0 }).data).toEqual([]);
    expect(compare(ours, theirs, null, { microUsd: 0, percent: 2 }).data).toEqual([]);
    expect(compare(ours, theirs, null, { microUsd: 1, percent: 1.9 }).data).toHaveLength(1);
  });

  it("[RECON-4] compares tokens where the export tells of no money", () => {
    expect(compare([ledger("acme/big-1", 100)], [told("big-2026-01-01", null)])).toMatchObject({
      data: [],
      equal: 1,
      total: { theirs_usd: null },
    });
    const other = { ...told("big-2026-01-01", null), tokens_out: 6 };
    expect(compare([ledger("acme/big-1", 100)], [other]).data).toMatchObject([
      { status: "differs", difference_usd: null, theirs: { usd: null, tokens_out: 6 } },
    ]);
  });
});
