/**
 * The desk of an isolate: which slice pays for a call, and when a slice goes back. A slice that nobody uses is given back some
 * seconds after its last call, with the end of another one, or by the ledger's alarm.
 */

import { NOTHING } from "../../core/budget/amount.ts";
import type { LeaseRefusal } from "../../core/budget/lease.ts";
import { mintId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";
import { Exchange } from "./exchange.ts";
import type { Desk, DeskPorts, DeskRequest, Reservation } from "./ports.ts";
import { type Attempt, Slice } from "./slice.ts";

/** How long an outcome waits for the next call's attempt, in milliseconds, so that both go in one note. */
const OUTCOME_WAIT_MS = 25;
/** Shorter than the time that a platform keeps an isolate for what follows an answer (30 s). */
const LINGER_MS = 4_000;
const IDLE_MS = 20_000;
const GIVEN_BACK_AT_A_TIME = 4;
/** The slices of more users and workflows than this go back by the ledger's alarm. */
const MOST_SLICES = 2_000;

/** One per isolate, made by the composition root. */
export function defineDesk(ports: DeskPorts): Desk {
  const exchanges = new Map<string, Exchange>();

  /** By org, workflow and user, the one used last at the end. */
  const exchangeOf = ({ org, user, workflow }: DeskRequest, at: EpochMs): Exchange => {
    const key = `${org} ${workflow ?? ""} ${user}`;
    const known = exchanges.get(key);
    exchanges.delete(key);
    const exchange = known === undefined || known.slice.isStale ? new Exchange(ports, org, newSlice({ user, workflow }, at)) : known;
    exchanges.set(key, exchange);
    const [oldest] = exchanges.keys();
    if (exchanges.size > MOST_SLICES && oldest !== undefined) exchanges.delete(oldest);
    return exchange;
  };

  const newSlice = (payer: Pick<DeskRequest, "user" | "workflow">, at: EpochMs): Slice =>
    new Slice(mintId("req", at, ports.random(10)).replace("req_", "desk_"), payer, at);

  /** One for each slice: a slice that is still idle when it has waited goes back, so that a small budget is not kept by nobody. */
  const lingering = new Set<Exchange>();
  const linger = async (exchange: Exchange): Promise<void> => {
    const { slice } = exchange;
    lingering.add(exchange);
    await ports.wait(LINGER_MS).catch(() => undefined);
    lingering.delete(exchange);
    if (!slice.isIdle || !slice.holdsMoney || ports.now() - slice.usedAt < LINGER_MS) return;
    slice.giveBack();
    await exchange.until(() => !slice.isGivingBack).catch(() => undefined); // it goes back by the ledger's alarm then
  };

  const giveBackIdle = async (): Promise<void> => {
    const before = ports.now() - IDLE_MS;
    const idle: Exchange[] = [];
    for (const exchange of exchanges.values()) {
      if (exchange.slice.usedAt > before || idle.length === GIVEN_BACK_AT_A_TIME) break;
      if (exchange.slice.isIdle && exchange.slice.holdsMoney) idle.push(exchange);
    }
    await Promise.allSettled(
      idle.map((exchange) => {
        exchange.slice.giveBack();
        return exchange.until(() => !exchange.slice.isGivingBack);
      }),
    );
  };

  return {
    async reserve(request: DeskRequest): Promise<Result<Reservation, LeaseRefusal>> {
      const at = ports.now();
      const exchange = exchangeOf(request, at);
      const { slice } = exchange;
      const waiter = slice.ask(request.call, request.worst, request.records, at);
      try {
        await exchange.until(() => waiter.answer !== null);
      } catch (error) {
        slice.withdraw(waiter);
        // The money came while the last try failed: the call is not made.
        if (waiter.answer !== null && "attempt" in waiter.answer) slice.settle(request.call, NOTHING, [], ports.now());
        throw error;
      }
      if (waiter.answer === null) throw new Error("the desk did not answer");
      return "refusal" in waiter.answer ? err(waiter.answer.refusal) : ok(reservation(exchange, waiter.answer.attempt));
    },
  };

  function reservation(exchange: Exchange, attempt: Attempt): Reservation {
    const { slice } = exchange;
    const onRecord = exchange.until(() => attempt.onRecord);
    onRecord.catch(() => undefined); // a caller whose upstream failed may never look at it
    let settled: Promise<void> | null = null;
    return {
      pressure: slice.pressure,
      alerts: slice.takeAlerts(),
      onRecord,
      settle(spent, records, when = "soon", cost = null) {
        settled ??= (async () => {
          const outcome = slice.settle(attempt.call, spent, records, ports.now(), cost);
          if (when === "soon") await ports.wait(OUTCOME_WAIT_MS);
          await exchange.until(() => outcome.onRecord);
        })();
        return settled;
      },
      async tidy() {
        await giveBackIdle();
        if (!lingering.has(exchange)) await linger(exchange);
      },
    };
  }
}
