/** Models: what they answer, when they do not, and what they bill. What was billed is the truth that a run's own sums are held against. */
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { estimateTokens } from "../core/model/estimate.ts";
import type { ModelToolCall, TokenUsage } from "../core/model/message.ts";
import { tokenCost } from "../core/money.ts";
import type { Failure, ModelCall, ModelOutcome } from "../core/run/calls/call.ts";
import type { EpochMs } from "../core/time.ts";
import { type Clock, WORLD } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { MARK } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

/** Dollars per million tokens. */
export const PRICE = { input: 1, output: 4, cached_input: null };
export const WINDOW = 100_000;

export type Asked = { readonly call: ModelCall; readonly at: EpochMs; readonly usage: TokenUsage; billed: number };

const MISHAPS = ["429", "500", "connection lost", "cut answer", "hang", "breaks its schema", "refused", "gateway broke"] as const;

export class Models {
  readonly asked: Asked[] = [];
  readonly #clock: Clock;
  readonly #dice: Dice;
  readonly #trouble: Trouble;
  readonly #rough: number;
  readonly #arrived: (asked: Asked) => void;

  constructor(clock: Clock, dice: Dice, trouble: Trouble, rough: number, arrived: (asked: Asked) => void) {
    this.#clock = clock;
    this.#dice = dice;
    this.#trouble = trouble;
    this.#rough = rough;
    this.#arrived = arrived;
  }

  /** The model gateway and what is behind it. Always answers within the call's timeout. */
  async call(call: ModelCall): Promise<ModelOutcome> {
    const startedAt = this.#clock.now;
    const usage = this.#usage(call);
    const asked: Asked = { call, at: startedAt, usage, billed: 0 };
    this.asked.push(asked);
    this.#arrived(asked);
    const outcome = (result: ModelOutcome["result"], told: boolean): ModelOutcome => ({
      result,
      usage: told ? usage : null,
      durationMs: this.#clock.now - startedAt,
      findings: [],
      upstream: {},
    });
    const failed = (kind: Failure["class"], code: Failure["code"], told = false, retryAfterMs: number | null = null): ModelOutcome =>
      outcome({ ok: false, failure: { class: kind, code, message: "simulated", retryAfterMs } }, told);
    const bill = (): void => {
      asked.billed = tokenCost([usage.input, PRICE.input], [usage.output, PRICE.output]);
    };
    const mishap = this.#trouble.strike(`model/${call.model}`, this.#rough, MISHAPS);
    await this.#wait(this.#dice.skewed("model/way", 10, 8_000));
    switch (mishap) {
      case "429":
        return failed("transient", "rate_limited", false, this.#dice.skewed("model/retry-after", 1_000, 60_000));
      case "500":
      case "connection lost":
        return failed("transient", "upstream_unavailable");
      case "cut answer":
        return failed("transient", "upstream_unavailable");
      case "hang":
        bill();
        await this.#wait(Math.max(0, startedAt + call.timeoutMs - this.#clock.now));
        return failed("transient", "timeout");
      case "breaks its schema":
        bill();
        return outcome({ ok: false, invalid: { answer: "nonsense", errors: ["simulated"] } }, true);
      case "refused":
        bill();
        return failed("safety", "content_blocked", true);
      case "gateway broke":
        bill();
        throw new Error("simulated");
    }
    bill();
    const asks = this.#asks(call);
    if (asks.length > 0) return outcome({ ok: true, asks: { text: null, calls: asks } }, true);
    return outcome({ ok: true, output: call.schema === null ? MARK : this.#sure(instanceOf(call.schema.schema as Json, "")) }, true);
  }

  /** Where it is to say how sure it is, it is so about half of the time. */
  #sure(output: Json): Json {
    return isObject(output) && "confidence" in output
      ? { ...output, confidence: this.#dice.one("model/sure", [0.1, 0.4, 0.6, 1]) }
      : output;
  }

  /** An agent's model: one or two calls, some rounds long, now and then of a tool that it may not have. */
  #asks({ tools, messages }: ModelCall): ModelToolCall[] {
    const round = messages.filter(({ role }) => role === "assistant").length;
    if (tools.length === 0 || !this.#dice.happens("model/asks", 0.8 - 0.2 * round)) return [];
    return Array.from({ length: this.#dice.between("model/calls", 1, 2) }, (_, index) => ({
      id: `call-${round}-${index}`,
      name: this.#dice.happens("model/strays", 0.1) ? "payments.refund" : this.#dice.one("model/tool", tools).name,
      input: { text: this.#dice.one("model/input", ["a", "b", "c"]) },
    }));
  }

  /** At most what the engine reserves: the estimate is an upper bound, and `max_tokens` is the model's own. */
  #usage(call: ModelCall): TokenUsage {
    const bound = estimateTokens(call.messages, call.schema?.schema ?? null);
    return {
      input: Math.ceil(bound * (0.5 + this.#dice.roll("model/input") / 2)),
      output: Math.ceil(call.maxTokens * (0.1 + this.#dice.roll("model/output") * 0.9)),
      cachedInput: 0,
    };
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, WORLD, resolve));
  }
}

/** What the shipped workflows ask for by name. */
const KNOWN: JsonObject = { order_id: "A-1001", customer_email: "{{EMAIL_1}}" };

/** The smallest value that a plain schema takes. */
function instanceOf(schema: Json, name: string): Json {
  if (name in KNOWN) return KNOWN[name] ?? null;
  if (!isObject(schema)) return null;
  if (Array.isArray(schema["enum"])) return schema["enum"][0] ?? null;
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  switch (type) {
    case "object": {
      const properties = isObject(schema["properties"] ?? null) ? (schema["properties"] as JsonObject) : {};
      return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, instanceOf(value, key)]));
    }
    case "array":
      return [];
    case "number":
    case "integer":
      return typeof schema["minimum"] === "number" ? schema["minimum"] : 1;
    case "boolean":
      return false;
    default:
      return "simulated";
  }
}
