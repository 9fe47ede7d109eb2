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

/** Registered tools: what each does, and what a second call under the same key does. */
export const TOOLS: { readonly [name: string]: Pick<ToolFacts, "effect" | "idempotency" | "compensate"> } = {
  "orders.get": { effect: "read", idempotency: "key" },
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
  "parcel.send": { effect: "write", idempotency: { lookup: "parcel.find" } },
  "parcel.recall": { effect: "write", idempotency: "key" },
  "parcel.find": { effect: "read", idempotency: "key" },
  "kb.search": { effect: "read", idempotency: "key" },
  "kb.read": { effect: "read", idempotency: "key" },
  "desk.publish": { effect: "write", idempotency: "key", compensate: { tool: "desk.retract", input: { was: { cel: "input" } } } },
  "desk.retract": { effect: "write", idempotency: "key" },
};

export const factsOf = (tool: string): ToolFacts => ({
  tool,
  version: 1,
  effect: TOOLS[tool]?.effect ?? "write",
  idempotency: TOOLS[tool]?.idempotency ?? "key",
  timeout_ms: 10_000,
  ...(TOOLS[tool]?.compensate === undefined ? {} : { compensate: TOOLS[tool].compensate }),
});

/** Stands in whatever a tool or a model says: where it arrives, somebody else's word has arrived. */
export const MARK = "said by others";

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
] as const;

/** What a tool that can be asked about its writes is there for. */
const IN_DOUBT = [...MISHAPS, ...Array<"cut before the effect">(8).fill("cut before the effect")] as const;

export class Shop {
  readonly ledger = new Map<string, Entry>();
  readonly arrivals: Arrival[] = [];
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
    const isAskable = typeof factsOf(call.tool).idempotency === "object";
    const mishap = this.#trouble.strike(`tool/${call.tool}`, this.#rough, isAskable ? IN_DOUBT : MISHAPS);
    const rest = (): number => Math.max(0, startedAt + call.timeoutMs - this.#clock.now);

    await this.#wait(this.#dice.skewed("tool/way", 1, 300));
    switch (mishap) {
      case "lost on the way":
        return refused(untold, "upstream_unavailable", "unknown");
      case "cut before the effect":
        // The request goes on without its caller, for as long as the tool may take.
        this.#clock.after(this.#dice.between("tool/late", 1, Math.max(1, rest() - 1)), WORLD, () => {
          if (!this.#refused.has(call.context.key)) this.#happen(call);
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
          this.#refused.add(call.context.key);
          return refused("permanent", "tool_error", "refused");
        }
    }
    if (factsOf(call.tool).idempotency === "key" && this.#refused.has(call.context.key))
      return refused("permanent", "tool_error", "refused");
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
    return outcome({ ok: true, output: answer }, "answered");
  }

  /** The same key gives the same answer: what was done is never refused afterwards. */
  #answersAlready({ tool, context }: ToolCall): boolean {
    return factsOf(tool).idempotency === "key" && this.ledger.has(context.key);
  }

  #happen(call: ToolCall): Json {
    const { key, run } = call.context;
    const { effect, idempotency } = factsOf(call.tool);
    const known = this.ledger.get(key);
    const did = effect === "write" && (known === undefined || idempotency !== "key");
    const arrival: Arrival = { call, at: this.#clock.now, did };
    this.arrivals.push(arrival);
    this.#arrived(arrival);
    if (known !== undefined) {
      if (did) known.effects++;
      return known.answer;
    }
    const answer = answerTo(call);
    if (effect === "write") this.ledger.set(key, { key, tool: call.tool, run, effects: 1, answer });
    return answer;
  }

  /** What a read tool says of a write: the truth as of now, or nothing that helps. */
  async lookUp({ context }: ToolCall): Promise<LookupAnswer> {
    const startedAt = this.#clock.now;
    await this.#wait(this.#dice.skewed("tool/way", 1, 300));
    const struck = this.#trouble.strike("tool/look-up", this.#rough, ["out of reach", "unclear", "gateway broke"] as const);
    if (struck === "gateway broke") throw new Error("simulated");
    const told = { durationMs: this.#clock.now - startedAt, findings: [] };
    const entry = this.ledger.get(context.key);
    if (struck !== null) return { found: "unsure", output: null, ...told };
    return entry === undefined ? { found: "no", output: null, ...told } : { found: "yes", output: entry.answer, ...told };
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, WORLD, resolve));
  }
}

/** One shape that fits every tool of the shop. */
function answerTo({ tool, context }: ToolCall): Json {
  const id = `${tool}:${createHash("sha256").update(context.key).digest("hex").slice(0, 8)}`;
  return {
    id: tool === "orders.get" ? "A-1001" : id,
    order: "A-1001",
    total: 120,
    amount: 120,
    currency: "USD",
    items: [{ sku: "lamp", quantity: 1 }],
    customer: MARK,
    status: "ok",
    tracking: "T-1",
  };
}
