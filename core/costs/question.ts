/** What `GET /v1/costs` may be asked: which sums, over which time. Pure. */
import type { FieldError } from "../errors/problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { EpochMs } from "../time.ts";

/** What sums may be broken down by, beside `metadata.KEY`. */
const COST_DIMENSIONS = ["workflow", "version", "model", "tool", "user", "session", "day", "cost_type"] as const;
/** One of them. */
export type CostDimension = (typeof COST_DIMENSIONS)[number] | `metadata.${string}`;

/** What may be summed beside the ledger's money: the platform's own cost, estimated; people's time; runs that ended. */
const INCLUDED = ["storage", "people", "runs"] as const;
/** One of them. */
export type Included = (typeof INCLUDED)[number];

/** Maximum dimensions of one question: all of them, with one key of the metadata. */
const MOST_DIMENSIONS = COST_DIMENSIONS.length + 1;
const METADATA_KEY = /^metadata\.[^,]{1,128}$/;
/** Without `from`, costs of this many days before `to`, in ms. */
const DEFAULT_SPAN_MS = 30 * 24 * 60 * 60_000;

/** A question, ready to be answered. `from` is in it, `to` is not; `to` null: up to now, and no end is drawn. */
export type CostQuestion = {
  readonly by: readonly CostDimension[];
  readonly include: readonly Included[];
  readonly from: EpochMs;
  readonly to: EpochMs | null;
};

/** Reads the query. Without `from`: the thirty days before `to`. */
export function readCostQuestion(
  query: {
    readonly from?: EpochMs | undefined;
    readonly to?: EpochMs | undefined;
    readonly by?: string | undefined;
    readonly include?: string | undefined;
  },
  now: EpochMs,
): Result<CostQuestion, readonly FieldError[]> {
  const errors: FieldError[] = [];
  const by = readDimensions(query.by, errors);
  const include = readIncluded(query.include, errors);
  const to = query.to ?? null;
  const from = query.from ?? (to ?? now) - DEFAULT_SPAN_MS;
  if (to !== null && from > to) errors.push({ path: "query.from", message: "is after `to`" });
  return errors.length > 0 ? err(errors) : ok({ by, include, from, to });
}

function readIncluded(text: string | undefined, errors: FieldError[]): Included[] {
  const names = text === undefined || text === "" ? [] : text.split(",");
  const known = INCLUDED.filter((name) => names.includes(name));
  const told = INCLUDED.map((name) => `\`${name}\``).join(", ");
  if (known.length < names.length)
    errors.push({ path: "query.include", message: `has one or more of ${told}, each once, with commas between them` });
  return known;
}

function readDimensions(text: string | undefined, errors: FieldError[]): CostDimension[] {
  const names = text === undefined || text === "" ? [] : text.split(",");
  const unknown = names.filter((name) => !isDimension(name));
  const told = `has one or more of ${COST_DIMENSIONS.map((name) => `\`${name}\``).join(", ")} and \`metadata.KEY\`, with commas between them`;
  if (unknown.length > 0) errors.push({ path: "query.by", message: told });
  else if (names.length > MOST_DIMENSIONS) errors.push({ path: "query.by", message: `has at most ${MOST_DIMENSIONS} dimensions` });
  else if (new Set(names).size < names.length) errors.push({ path: "query.by", message: "names a dimension twice" });
  return names.filter(isDimension);
}

const isDimension = (name: string): name is CostDimension =>
  (COST_DIMENSIONS as readonly string[]).includes(name) || METADATA_KEY.test(name);
