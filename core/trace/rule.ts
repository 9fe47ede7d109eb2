/** Which traces an org keeps, and what of them. Decided at the head by the trace's id, and at the end for runs that must not be missed. Pure. */
import { fromUsd, type MicroUsd } from "../money.ts";

/** An org's choice (docs/observability.md). */
export type TraceSettings = {
  /** Of all traces, the percentage that is exported from the beginning. */
  readonly percent: number;
  /** A run that ran this long, in ms without its waiting, is exported in any case. */
  readonly slow_ms: number;
  /** A run or a chat that cost this much is exported in any case. */
  readonly dear_usd: number;
  /** Prompts, answers, and what tools were given and gave go along, redacted. */
  readonly content: boolean;
};

/** What holds while an org has chosen nothing. */
export const DEFAULT_TRACE_SETTINGS: TraceSettings = { percent: 100, slow_ms: 60_000, dear_usd: 1, content: false };

/** PERSISTED in births: how the run is exported, decided when it began. Absent in a birth: there was no collector, and it is not exported. */
export type TraceRule = {
  /** Its spans leave as they end. Otherwise its end decides whether they leave. */
  readonly sampled: boolean;
  readonly slow_ms: number;
  readonly dear_micro_usd: MicroUsd;
  readonly content?: true;
};

/** The rule of a trace that begins. */
export const traceRuleOf = ({ percent, slow_ms, dear_usd, content }: TraceSettings, traceId: string): TraceRule => ({
  sampled: isSampled(traceId, percent),
  slow_ms,
  dear_micro_usd: fromUsd(dear_usd),
  ...(content ? { content: true } : {}),
});

/**
 * OpenTelemetry's consistent probability sampling: the last 56 bits of the trace's id are its random number, and the trace is kept when that is
 * at or above the threshold. The runs of one trace, and a caller that samples in the same way, decide alike.
 */
export function isSampled(traceId: string, percent: number): boolean {
  if (percent >= 100) return true;
  if (!(percent > 0)) return false;
  const random = Number.parseInt(traceId.slice(-14), 16) / 2 ** 56;
  return random >= 1 - percent / 100;
}

/** How something ended, as far as keeping its trace depends on it. */
export type EndFacts = {
  readonly failed: boolean;
  /** Something about it was marked: a flag of the run, an instruction in an answer. */
  readonly flagged: boolean;
  readonly ranMs: number;
  readonly microUsd: MicroUsd;
};

/** True when the end says that the trace must not be missing. */
export const isKeptByEnd = ({ slow_ms, dear_micro_usd }: Pick<TraceRule, "slow_ms" | "dear_micro_usd">, end: EndFacts): boolean =>
  end.failed || end.flagged || end.ranMs >= slow_ms || end.microUsd >= dear_micro_usd;
