/** What people's decisions cost, where their org says what an hour of theirs does. Read off a run's journal. Pure. */
import { hasIdForm, idTime } from "../ids.ts";
import { fromUsd, type MicroUsd } from "../money.ts";
import { AUTO_APPROVAL } from "../review/auto.ts";
import type { RunEvent } from "../run/machine/event.ts";
import type { EpochMs } from "../time.ts";

/** An org's choice. `minutes_at_most`: what one decision counts at most, since a question may wait for hours before somebody looks. */
export type PeoplePrice = { readonly usd_per_hour: number; readonly minutes_at_most?: number };

/** PERSISTED in births: the price at the run's start. */
export type PeopleRate = { readonly micro_usd_per_hour: MicroUsd; readonly most_ms: number };

/** What one decision counts at most, in minutes, where the org says nothing. */
const MINUTES_AT_MOST = 15;

const HOUR_MS = 3_600_000;

/** The price as a run keeps it from its start. */
export const peopleRateOf = ({ usd_per_hour, minutes_at_most = MINUTES_AT_MOST }: PeoplePrice): PeopleRate => ({
  micro_usd_per_hour: fromUsd(usd_per_hour),
  most_ms: Math.round(minutes_at_most * 60_000),
});

/** One decision of a person: how long it took, and what that cost. */
export type PersonsDecision = {
  readonly seq: number;
  readonly at: EpochMs;
  readonly what: string;
  readonly ms: number;
  readonly microUsd: MicroUsd;
};

/**
 * Decisions of people among these events, in their order. One takes from when people could see the question to when somebody decided it,
 * within the rate's bound. `handedOverAt`: when a person took over, where that happened before these events. What passed by itself is nobody's.
 */
export function decisionsOfPeople(events: readonly RunEvent[], rate: PeopleRate, handedOverAt: EpochMs | null): PersonsDecision[] {
  let raisedAt = handedOverAt;
  return events.flatMap((event): PersonsDecision[] => {
    if (event.type === "hand_over.raised") raisedAt = event.at;
    const since = event.type === "hand_over.settled" ? raisedAt : event.type === "review.decided" ? seenSince(event.data) : null;
    if (since === null) return [];
    const ms = Math.min(Math.max(0, event.at - since), rate.most_ms);
    const what = event.type === "review.decided" ? `review ${event.data.id}` : "a person who took over";
    return [{ seq: event.seq, at: event.at, what, ms, microUsd: Math.ceil((ms * rate.micro_usd_per_hour) / HOUR_MS) }];
  });
}

/** A review's id has the instant in it at which people could see it; null: nobody decided it. */
const seenSince = ({ id, by }: { readonly id: string; readonly by: string }): EpochMs | null =>
  by === AUTO_APPROVAL || !hasIdForm("rev", id) ? null : idTime(id);
