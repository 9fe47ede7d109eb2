/**
 * An upstream's own account of what was used: a CSV as providers export it, or the logs of Cloudflare's AI Gateway. Sums by day and model; what cannot
 * be read is counted and named. Money is kept in millionths of a micro-dollar until it is summed, since a row may cost less than one. Pure.
 */
import { type CsvRow, readCsv } from "../csv.ts";
import type { FieldError } from "../errors/problem.ts";
import type { MicroUsd } from "../money.ts";
import { err, ok, type Result } from "../result.ts";
import { type EpochMs, fromRfc3339, toRfc3339 } from "../time.ts";

/** What a column of an export can be. */
export type ExportColumn = "day" | "model" | "tokens_in" | "tokens_out" | "usd" | "calls";

/** Sums of one model on one day, as the upstream has them; null: the export does not tell. */
export type ExportedUse = {
  readonly day: string;
  readonly model: string;
  readonly microUsd: MicroUsd | null;
  readonly tokens_in: number | null;
  readonly tokens_out: number | null;
  readonly calls: number | null;
};

/** A whole export. `skipped`: the first rows that were left out, and why; `left_out`: how many there were. */
export type UsageExport = {
  readonly uses: readonly ExportedUse[];
  readonly rows: number;
  readonly left_out: number;
  readonly skipped: { row: number; why: string }[];
};

/** One line of AI Gateway's logs, as its API returns them. */
export type GatewayLog = {
  readonly created_at: string;
  readonly provider?: string | undefined;
  readonly model: string;
  readonly cached?: boolean | undefined;
  readonly tokens_in?: number | null | undefined;
  readonly tokens_out?: number | null | undefined;
  readonly cost?: number | null | undefined;
};

const BOUNDS = { rows: 50_000, columns: 100, field: 4_000 } as const;
/** Rows that are named among those that were left out. */
const MOST_NAMED = 20;

/**
 * How exports call their columns, letters and digits alone, in lower case. Tokens in several columns are summed. OpenAI's and Anthropic's exports of
 * usage and cost, and what others call the same.
 */
const KNOWN: { readonly [C in ExportColumn]: readonly string[] } = {
  day: ["date", "day", "usage_date_utc", "usage_date", "start_time_iso", "start_time", "created_at", "timestamp"],
  model: ["model", "model_version", "model_name", "line_item", "snapshot_id"],
  tokens_in: [
    ...["input_tokens", "tokens_in", "prompt_tokens", "n_context_tokens_total", "usage_input_tokens_no_cache"],
    ...["usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h", "usage_input_tokens_cache_read"],
  ],
  tokens_out: ["output_tokens", "tokens_out", "completion_tokens", "n_generated_tokens_total", "usage_output_tokens"],
  usd: ["cost_usd", "cost", "amount_value", "usd", "amount", "total_cost"],
  calls: ["num_model_requests", "requests", "num_requests", "n_requests", "calls"],
};
const SUMMED: ReadonlySet<ExportColumn> = new Set(["tokens_in", "tokens_out"]);
const CURRENCY = ["currency", "amount_currency"];

/** Reads a CSV. `named`: the columns, where the export calls them by other names. */
export function readUsageCsv(
  text: string,
  named: { readonly [C in ExportColumn]?: string | undefined },
): Result<UsageExport, readonly FieldError[]> {
  const read = readCsv(text, BOUNDS);
  if (!read.ok) return err([{ path: "/csv", message: `row ${read.error.row} ${read.error.message}` }]);
  const [header, ...rows] = read.value;
  const heads = header?.fields ?? [];
  const exact = Map.groupBy(heads.keys(), (index) => (heads[index] ?? "").trim());
  const places = Map.groupBy(heads.keys(), (index) => normal(heads[index] ?? ""));
  const errors: FieldError[] = [];
  const columns = new Map<ExportColumn, readonly number[]>();
  for (const column of Object.keys(KNOWN) as ExportColumn[]) {
    const name = named[column];
    if (name === undefined) {
      const known = KNOWN[column].filter((one) => places.has(one));
      const read = SUMMED.has(column) ? known : known.slice(0, 1);
      const twice = read.find((one) => (places.get(one) ?? []).length > 1);
      if (twice !== undefined)
        errors.push({ path: "/csv", message: `has several columns \`${twice}\`; name the one that is meant in \`columns.${column}\`` });
      if (read.length > 0)
        columns.set(
          column,
          read.flatMap((one) => places.get(one) ?? []),
        );
      continue;
    }
    const found = exact.get(name.trim()) ?? (isEmpty(normal(name)) ? [] : (places.get(normal(name)) ?? []));
    if (found.length === 0) errors.push({ path: `/columns/${column}`, message: "is no column of the header" });
    else if (found.length > 1)
      errors.push({
        path: `/columns/${column}`,
        message: "fits several columns of the header; write it as the header does, and let the header name each once",
      });
    else columns.set(column, found);
  }
  for (const column of ["day", "model"] as const)
    if (!columns.has(column) && named[column] === undefined)
      errors.push({ path: "/csv", message: `has no column that is known as the ${column}; name it in \`columns.${column}\`` });
  if (!columns.has("usd") && !columns.has("tokens_in") && !columns.has("tokens_out") && errors.length === 0)
    errors.push({ path: "/csv", message: "has neither dollars nor tokens; name their columns in `columns`" });
  if (errors.length > 0) return err(errors);
  const currencies = CURRENCY.flatMap((name) => places.get(name) ?? []);
  const sums = new Sums();
  for (const row of rows)
    if (row.fields.length === heads.length) sums.addRow(row, columns, currencies);
    else sums.skip(row.row, `has ${row.fields.length} fields where the header has ${heads.length}`);
  return ok(sums.all(rows.length));
}

/** Reads AI Gateway's logs. What its cache answered cost nothing there, and is left out. */
export function readGatewayLogs(logs: readonly GatewayLog[]): UsageExport {
  const sums = new Sums();
  for (const [index, { created_at, provider, model, cached, tokens_in, tokens_out, cost }] of logs.entries()) {
    const day = dayOf(created_at);
    const usd = cost == null ? null : picoUsd(String(cost));
    if (cached === true) sums.skip(index + 1, "was answered by the gateway's cache");
    else if (day === null) sums.skip(index + 1, "has no day");
    else if (usd === null) sums.skip(index + 1, cost == null ? "has no cost" : "has an amount that cannot be read");
    else
      sums.addUse(index + 1, day, provider === undefined || model.startsWith(`${provider}/`) ? model : `${provider}/${model}`, {
        usd,
        tokens_in: tokens_in ?? null,
        tokens_out: tokens_out ?? null,
        calls: 1,
      });
  }
  return sums.all(logs.length);
}

/** Letters and digits of any script, in lower case. */
const normal = (name: string): string =>
  name
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "_");
const isEmpty = (name: string): boolean => name === "" || name === "_";

type Use = { usd: bigint | null; tokens_in: number | null; tokens_out: number | null; calls: number | null };

/** Adds up rows by day and model. */
class Sums {
  readonly #uses = new Map<string, { readonly day: string; readonly model: string; readonly use: Use }>();
  readonly #skipped: { row: number; why: string }[] = [];
  #leftOut = 0;

  /** Of all amounts without their signs, and of all counts, so that no sum is beyond what a number holds exactly. */
  #total = 0n;
  #counted = 0;

  skip(row: number, why: string): void {
    this.#leftOut += 1;
    if (this.#skipped.length < MOST_NAMED) this.#skipped.push({ row, why });
  }

  addRow({ row, fields }: CsvRow, columns: ReadonlyMap<ExportColumn, readonly number[]>, currencies: readonly number[]): void {
    const texts = (column: ExportColumn): string[] => (columns.get(column) ?? []).map((index) => (fields[index] ?? "").trim());
    const day = dayOf(texts("day")[0] ?? "");
    // OpenAI's costs have `MODEL, input` as the line's item.
    const model = (texts("model")[0] ?? "").split(",")[0]?.trim() ?? "";
    const usd = texts("usd")[0];
    const money = usd === undefined ? null : picoUsd(usd);
    const counts = { tokens_in: countOf(texts("tokens_in")), tokens_out: countOf(texts("tokens_out")), calls: countOf(texts("calls")) };
    const isOther = currencies.some((index) => !["", "usd"].includes((fields[index] ?? "").trim().toLowerCase()));
    if (day === null) this.skip(row, "has no day");
    else if (model === "" || model.length > 256) this.skip(row, "has no model");
    else if (isOther) this.skip(row, "is not in US dollars");
    else if (usd === "") this.skip(row, "has no amount");
    else if (usd !== undefined && money === null) this.skip(row, "has an amount that is no number");
    else if (Object.values(counts).includes(undefined)) this.skip(row, "has a count that is no whole number");
    else if (usd === undefined && (["tokens_in", "tokens_out"] as const).some((name) => columns.has(name) && counts[name] === null))
      this.skip(row, "has no count of tokens");
    else this.addUse(row, day, model, { usd: money, ...(counts as Omit<Use, "usd">) });
  }

  addUse(row: number, day: string, model: string, use: Use): void {
    const counted = this.#counted + (use.tokens_in ?? 0) + (use.tokens_out ?? 0) + (use.calls ?? 0);
    if (counted > Number.MAX_SAFE_INTEGER) this.skip(row, "brings the sum of the counts over nine quadrillion");
    else if (this.#isTooMuch(use.usd)) this.skip(row, "brings the sum over nine billion dollars");
    else {
      this.#counted = counted;
      this.#add(day, model, use);
    }
  }

  #isTooMuch(usd: bigint | null): boolean {
    const total = this.#total + (usd === null ? 0n : usd < 0n ? -usd : usd);
    if (total > MOST_PICOS) return true;
    this.#total = total;
    return false;
  }

  #add(day: string, model: string, more: Use): void {
    const key = `${day} ${model}`;
    const use = this.#uses.get(key)?.use ?? { usd: more.usd === null ? null : 0n, tokens_in: 0, tokens_out: 0, calls: 0 };
    // A sum of which a part is not told is not told.
    const plus = (name: "tokens_in" | "tokens_out" | "calls") => {
      const [sum, one] = [use[name], more[name]];
      return sum === null || one === null ? null : sum + one;
    };
    this.#uses.set(key, {
      day,
      model,
      use: {
        usd: use.usd === null || more.usd === null ? null : use.usd + more.usd,
        ...{ tokens_in: plus("tokens_in"), tokens_out: plus("tokens_out"), calls: plus("calls") },
      },
    });
  }

  all(rows: number): UsageExport {
    const uses = [...this.#uses.values()].map(({ day, model, use: { usd, ...counts } }) => ({
      day,
      model,
      microUsd: microsOf(usd),
      ...counts,
    }));
    return { uses, rows, left_out: this.#leftOut, skipped: this.#skipped };
  }
}

/** The day in UTC: of a date, a time of RFC 3339 or with a space, seconds or milliseconds since 1970. null: none of them. */
function dayOf(text: string): string | null {
  if (text.length > 40) return null;
  if (/^\d{10}(?:\d{3})?$/.test(text)) return dayAt(Number(text.padEnd(13, "0")));
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dayAt(fromRfc3339(`${text}T00:00:00Z`));
  const spelled = text.toUpperCase().replace(" UTC", "Z").replace(" ", "T");
  return dayAt(fromRfc3339(spelled) ?? fromRfc3339(`${spelled}Z`));
}
const dayAt = (at: EpochMs | null): string | null => (at === null ? null : toRfc3339(at).slice(0, 10));

/** Sums several columns; null: none of them has a figure; undefined: one is no whole number. */
function countOf(texts: readonly string[]): number | null | undefined {
  const filled = texts.filter((text) => text !== "");
  if (filled.length === 0) return null;
  if (filled.some((text) => !/^\d{1,12}(?:\.0{1,6})?$/.test(text))) return undefined;
  return filled.reduce((sum, text) => sum + Number(text), 0);
}

const PICOS = 12;
const MOST_PICOS = 9_000_000_000n * 10n ** 12n;
/** As exports write amounts: `4.27`, `$1,234.5`, `1.25e-05`, `-0.5`. */
const AMOUNT = /^(-?)\$?(\d{1,3}(?:,\d{3}){1,5}|\d{0,18})(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** Dollars in millionths of a micro-dollar, cut there; null: it is no amount. */
function picoUsd(text: string): bigint | null {
  const [, sign, whole = "", fraction = "", exponent = "0"] = (text.length > 64 ? null : AMOUNT.exec(text)) ?? [];
  if (sign === undefined || whole + fraction === "") return null;
  const shift = PICOS + Number(exponent) - fraction.length;
  if (shift > 2 * PICOS) return null;
  const digits = BigInt(whole.replaceAll(",", "") + fraction);
  const picos = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === "-" ? -picos : picos;
}

/** Rounded to the nearest micro-dollar. */
function microsOf(picos: bigint | null): MicroUsd | null {
  if (picos === null) return null;
  const half = picos < 0n ? -500_000n : 500_000n;
  return Number((picos + half) / 1_000_000n);
}
