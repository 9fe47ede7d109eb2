/**
 * The tools' other side: a ledger of what really happened. A tool either honours its key (the same key is one effect and one
 * answer) or promises nothing (each arrival is an effect). It never lies: `reached` says what is true of the effect.
 */
import { createHash } from "node:crypto";
import type { Json } from "../core/json.ts";
import type { Failure, LookupAnswer, Reached, ToolCall, ToolOutcome } from "../core/run/calls/call.ts";
import type { EpochMs } from "../core/time.ts";
import type { ToolFacts } from "../core/tool/manifest.ts";
import { type Clock, WORLD } from "./clock.ts";
import type { Dice } from "./dice.ts";
import type { Trouble } from "./trouble.ts";

type Told = "effect" | "idempotency" | "compensate" | "fallback" | "price" | "sensitivity";

/** Registered tools: what each does, and what a second call under the same key does. */
export const TOOLS: { readonly [name: string]: Pick<ToolFacts, Told> } = {
  "orders.get": { effect: "read", idempotency: "key" },
  // What it answers is for few eyes: from then on its run is sealed.
  "records.get": { effect: "read", idempotency: "key", sensitivity: "restricted" },
  // Its code takes along whoever calls it (run-ports.ts).
  "deadly.run": { effect: "read", idempotency: "key" },
  "stock.reserve": { effect: "write", idempotency: "key" },
  "stock.release": { effect: "write", idempotency: "key" },
  "payments.charge": { effect: "write", idempotency: "key" },
  "payments.void": { effect: "write", idempotency: "key" },
  "payments.refund": { effect: "write", idempotency: "key" },
  "payments.cancel": { effect: "write", idempotency: "key" },
  "shipping.ship": { effect: "write", idempotency: "key" },
  "mail.send": { effect: "write", idempotency: "key" },
  "letter.post": { effect: "write", idempotency: "none", compensate: { tool: "letter.recall", input: { id: { cel: "output.id" } } } },
  "letter.recall": { effect: "write", idempotency: "none" },
  "parcel.send": { effect: "write", idempotency: { lookup: "parcel.find" }, price: { micro_usd: 300 } },
  "parcel.recall": { effect: "write", idempotency: "key" },
  "parcel.find": { effect: "read", idempotency: "key" },
  "kb.search": { effect: "read", idempotency: "key" },
  "kb.read": { effect: "read", idempotency: "key" },
  "desk.publish": { effect: "write", idempotency: "key", compensate: { tool: "desk.retract", input: { was: { cel: "input" } } } },
  "desk.retract": { effect: "write", idempotency: "key" },
  // Calls that cost money, and tools that stand in for others.
  "quote.get": { effect: "read", idempotency: "key", fallback: "quote.spare", price: { micro_usd: 900, output_pointer: "/cost" } },
  "quote.spare": { effect: "read", idempotency: "key", price: { micro_usd: 500 } },
  "fax.send": { effect: "write", idempotency: "key", fallback: "sms.send", price: { micro_usd: 700, output_pointer: "/cost" } },
  "sms.send": { effect: "write", idempotency: "none", fallback: "push.send", price: { micro_usd: 600 } },
  "push.send": {
    effect: "write",
    idempotency: "key",
    price: { micro_usd: 400, output_pointer: "/cost" },
    compensate: { tool: "push.recall", input: { id: { cel: "output.id" } } },
  },
  "push.recall": { effect: "write", idempotency: "key" },
  // Workflows that are called as tools (definitions.ts, `LIBRARY`).
  "workflow.inner": { effect: "write", idempotency: "key" },
  "workflow.payer": { effect: "write", idempotency: "key" },
};

/** Tools whose call is a child run. */
export const isWorkflowTool = (tool: string): boolean => tool.startsWith("workflow.");

export const factsOf = (tool: string): ToolFacts => ({
  tool,
  version: 1,
  effect: TOOLS[tool]?.effect ?? "write",
  idempotency: TOOLS[tool]?.idempotency ?? "key",
  timeout_ms: 10_000,
  ...TOOLS[tool],
});

/** Stands in whatever a tool or a model says: where it arrives, somebody else's word has arrived. */
export const MARK = "said by others";

/** Stands in what is `restricted`: it lies nowhere in the clear (sealed.ts). */
export const SECRET = "for few eyes";

/** Numbers as JSON has them that arithmetic of 64 bits or a second reading may spoil. */
const ODD_NUMBERS = [1.7976931348623157e308, -1e308, 5e-324, 9007199254740991, 0.30000000000000004, -0, 1e21] as const;

/** What a tool says that a call did cost, in dollars: up to its price, beyond it, or nothing that helps. */
const COSTS: readonly Json[] = [0, 0.0001, 0.0003, 0.0005, 5, -1, 1e300, "free", null];

/** A charge for a call: one for each key of a tool that honours keys, one for each effect of any other. */
export type Bill = {
  readonly run: string;
  readonly activity: string;
  readonly key: string;
  readonly tool: string;
  readonly microUsd: number;
};

/** Each tool has a ledger of its own. */
export const placeOf = ({ tool, context }: Pick<ToolCall, "tool"> & { readonly context: { readonly key: string } }): string =>
  `${tool} ${context.key}`;

export type Arrival = { readonly call: ToolCall; readonly at: EpochMs; readonly did: boolean };

export type Entry = { readonly key: string; readonly tool: string; readonly run: string; effects: number; readonly answer: Json };

/** `refused answer`: it happened, but what came back was refused by a guard or broke its schema. */
const MISHAPS = [
  "429",
  "503",
  "503",
  "lost on the way",
  "cut after the effect",
  "cut after the effect",
  "hang before the effect",
  "hang after the effect",
  "cut before the effect",
  "400",
  "gateway broke",
  "its rate is used up",
  "its breaker is open",
] as const;

/** What reads meet beside: an answer that was kept, or one that is too old. */
const OF_READS = [...MISHAPS, ...Array<"kept answer" | "stale answer">(6).fill("stale answer").fill("kept answer", 0, 2)] as const;

/** What a tool meets that another one stands in for. */
const WITH_STAND_IN = [
  ...OF_READS,
  ...Array<"its rate is used up" | "its breaker is open">(8).fill("its breaker is open", 0, 4).fill("its rate is used up", 4),
] as const;

/** What a tool that can be asked about its writes is there for. */
const IN_DOUBT = [...MISHAPS, ...Array<"cut before the effect">(8).fill("cut before the effect")] as const;

function mishapsOf(tool: string): readonly (typeof WITH_STAND_IN)[number][] {
  const { effect, idempotency, fallback } = factsOf(tool);
  if (typeof idempotency === "object") return IN_DOUBT;
  if (fallback !== undefined) return effect === "read" ? WITH_STAND_IN : WITH_STAND_IN.filter((one) => !one.endsWith(" answer"));
  return effect === "read" ? OF_READS : MISHAPS;
}

export class Shop {
  readonly ledger = new Map<string, Entry>();
  readonly arrivals: Arrival[] = [];
  readonly bills: Bill[] = [];
  /** Spans of calls that were answered with something too old. */
  readonly stale = new Set<string>();
  /** Keys whose call was refused: one that was sent before and arrives after it is refused too. */
  readonly #refused = new Set<string>();
  readonly #clock: Clock;
  readonly #dice: Dice;
  readonly #trouble: Trouble;
  readonly #rough: number;
  /** Hears of every call as it arrives. */
  readonly #arrived: (arrival: Arrival) => void;

  constructor(clock: Clock, dice: Dice, trouble: Trouble, rough: number, arrived: (arrival: Arrival) => void) {
    this.#clock = clock;
    this.#dice = dice;
    this.#trouble = trouble;
    this.#rough = rough;
    this.#arrived = arrived;
  }

  /** The tool gateway and what is behind it. Always answers within the call's timeout. */
  async call(call: ToolCall): Promise<ToolOutcome> {
    const startedAt = this.#clock.now;
    const outcome = (result: ToolOutcome["result"], reached: Reached): ToolOutcome => ({
      result,
      reached,
      status: null,
      durationMs: this.#clock.now - startedAt,
      openings: [],
      findings: [],
    });
    const refused = (kind: Failure["class"], code: Failure["code"], reached: Reached, retryAfterMs: number | null = null): ToolOutcome =>
      outcome({ ok: false, failure: { class: kind, code, message: "simulated", retryAfterMs } }, reached);
    const { effect } = factsOf(call.tool);
    const untold = effect === "write" ? "unknown" : "transient";
    const mishap = this.#trouble.strike(`tool/${call.tool}`, this.#rough, mishapsOf(call.tool));
    const rest = (): number => Math.max(0, startedAt + call.timeoutMs - this.#clock.now);

    await this.#wait(this.#dice.skewed("tool/way", 1, 300));
    switch (mishap) {
      case "its rate is used up":
        return { ...refused("transient", "rate_limited", "no", this.#dice.skewed("tool/rate", 500, 60_000)), unasked: true };
      case "its breaker is open":
        return { ...refused("transient", "upstream_unavailable", "no", this.#dice.skewed("tool/breaker", 500, 30_000)), unasked: true };
      case "kept answer":
        return { ...outcome({ ok: true, output: answerTo(call) }, "answered"), cached: "exact" };
      case "lost on the way":
        return refused(untold, "upstream_unavailable", "unknown");
      case "cut before the effect":
        // The request goes on without its caller, for as long as the tool may take.
        this.#clock.after(this.#dice.between("tool/late", 1, Math.max(1, rest() - 1)), WORLD, () => {
          if (!this.#refused.has(placeOf(call))) this.#happen(call);
        });
        return refused(untold, "upstream_unavailable", "unknown");
      case "hang before the effect":
        await this.#wait(rest());
        return refused(untold, "timeout", "unknown");
      case "429":
        return refused("transient", "rate_limited", "answered", this.#dice.skewed("tool/retry-after", 1_000, 120_000));
      case "503":
        return refused("transient", "upstream_unavailable", "answered");
      case "400":
        if (!this.#answersAlready(call)) {
          this.#refused.add(placeOf(call));
          return refused("permanent", "tool_error", "refused");
        }
    }
    if (factsOf(call.tool).idempotency === "key" && this.#refused.has(placeOf(call))) return refused("permanent", "tool_error", "refused");
    const answer = this.#happen(call);
    await this.#wait(this.#dice.skewed("tool/work", 1, 2_000));
    switch (mishap) {
      case "cut after the effect":
        return refused(untold, "upstream_unavailable", "unknown");
      case "hang after the effect":
        await this.#wait(rest());
        return refused(untold, "timeout", "unknown");
      case "gateway broke":
        throw new Error("simulated");
    }
    if (startedAt + call.timeoutMs <= this.#clock.now) return refused(untold, "timeout", "unknown");
    if (mishap !== "stale answer") return outcome({ ok: true, output: answer }, "answered");
    this.stale.add(call.context.spanId);
    return { ...outcome({ ok: true, output: answer }, "answered"), stale: true };
  }

  /** The same key gives the same answer: what was done is never refused afterwards. */
  #answersAlready(call: ToolCall): boolean {
    return factsOf(call.tool).idempotency === "key" && this.ledger.has(placeOf(call));
  }

  #happen(call: ToolCall): Json {
    const { key, run } = call.context;
    const { effect, idempotency } = factsOf(call.tool);
    const known = this.ledger.get(placeOf(call));
    const did = effect === "write" && (known === undefined || idempotency !== "key");
    this.#charge(call, did);
    const arrival: Arrival = { call, at: this.#clock.now, did };
    this.arrivals.push(arrival);
    this.#arrived(arrival);
    if (known !== undefined) {
      if (did) known.effects++;
      return known.answer;
    }
    const answer = answerTo(call);
    if (effect === "write") this.ledger.set(placeOf(call), { key, tool: call.tool, run, effects: 1, answer });
    return answer;
  }

  #charge({ tool, context: { run, activity, key } }: ToolCall, did: boolean): void {
    const { price, idempotency } = factsOf(tool);
    if (price === undefined) return;
    const isKnown = idempotency === "key" ? this.bills.some((bill) => bill.key === key && bill.tool === tool) : !did;
    if (!isKnown) this.bills.push({ run, activity, key, tool, microUsd: chargeFor(tool, key) });
  }

  /** What a read tool says of a write: the truth as of now, or nothing that helps. */
  async lookUp(call: ToolCall): Promise<LookupAnswer> {
    const startedAt = this.#clock.now;
    await this.#wait(this.#dice.skewed("tool/way", 1, 300));
    const struck = this.#trouble.strike("tool/look-up", this.#rough, ["out of reach", "unclear", "gateway broke"] as const);
    if (struck === "gateway broke") throw new Error("simulated");
    const told = { durationMs: this.#clock.now - startedAt, findings: [] };
    const entry = this.ledger.get(placeOf(call));
    if (struck !== null) return { found: "unsure", output: null, ...told };
    return entry === undefined ? { found: "no", output: null, ...told } : { found: "yes", output: entry.answer, ...told };
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, WORLD, resolve));
  }
}

/** A number that depends only on the tool and the key. */
const numberOf = (tool: string, key: string): number =>
  Number.parseInt(createHash("sha256").update(`${tool} ${key}`).digest("hex").slice(0, 4), 16);
/** Of one parcel in four the code of `parcel.find` takes along whoever asks it, each time. */
export const endsWhoAsks = ({ tool, context }: ToolCall): boolean => numberOf(`${tool}?`, context.key) % 4 === 0;

const costSaid = (tool: string, key: string): Json => COSTS[numberOf(tool, key) % COSTS.length] ?? null;

/** In micro-dollars. Who says nothing that helps has the full price charged; nobody charges more. */
function chargeFor(tool: string, key: string): number {
  const { micro_usd: most = 0, output_pointer: pointer } = factsOf(tool).price ?? {};
  const said = pointer === undefined ? null : costSaid(tool, key);
  return typeof said === "number" && said >= 0 && said < 1 ? Math.min(most, Math.round(said * 1_000_000)) : most;
}

/** One shape that fits every tool of the shop. */
function answerTo({ tool, context }: ToolCall): Json {
  const id = `${tool}:${createHash("sha256").update(context.key).digest("hex").slice(0, 8)}`;
  return {
    odd: ODD_NUMBERS[numberOf("odd", context.key) % ODD_NUMBERS.length] ?? 0,
    cost: costSaid(tool, context.key),
    id: tool === "orders.get" ? "A-1001" : id,
    order: "A-1001",
    total: 120,
    amount: 120,
    currency: "USD",
    items: [{ sku: "lamp", quantity: 1 }],
    customer: MARK,
    ...(factsOf(tool).sensitivity === "restricted" ? { diagnosis: SECRET } : {}),
    status: "ok",
    tracking: "T-1",
  };
}
