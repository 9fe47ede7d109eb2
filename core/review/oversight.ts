/** Oversight that is itself measured: what reviewers' judgements say of the reviewers. Pure. */
import type { EpochMs } from "../time.ts";

/** One judgement of a person. `agreed`: with whoever judged before, or with what the decoy asks for; null: there was nothing to agree with. */
export type NotedJudgement = {
  readonly by: string;
  readonly kind: "review" | "sample" | "decoy";
  readonly action: "approve" | "reject" | "modify";
  readonly tookMs: number;
  readonly agreed: boolean | null;
  /** What a model had suggested, and whether the person could see it. Absent: nothing, or it was noted before there were suggestions. */
  readonly suggested?: { readonly action: string; readonly seen: boolean };
  readonly at: EpochMs;
};

/** A reviewer in figures. Times in seconds, from when the review was opened. */
export type ReviewerFigures = {
  readonly reviewer: string;
  readonly judged: number;
  readonly approved: number;
  readonly rejected: number;
  readonly modified: number;
  readonly seconds: { readonly median: number; readonly p90: number };
  /** Reviews on which somebody else had judged before, and how often the two agreed. */
  readonly agreement: { readonly of: number; readonly agreed: number };
  /** Samples of what passed without a person. */
  readonly samples: number;
  readonly decoys: { readonly of: number; readonly caught: number };
  /** Reviews of which a model had suggested a decision: how often the person decided so, and how often they could see it before. */
  readonly suggestions: { readonly of: number; readonly followed: number; readonly seen: number };
};

/** The reviewers, those with most judgements first. */
export function figuresOf(judgements: readonly NotedJudgement[]): ReviewerFigures[] {
  const figures = [...Map.groupBy(judgements, ({ by }) => by)].map(([reviewer, all]): ReviewerFigures => {
    const real = all.filter(({ kind }) => kind !== "decoy");
    const decoys = all.filter(({ kind }) => kind === "decoy");
    const suggested = real.filter((one) => one.suggested !== undefined);
    const compared = real.filter(({ agreed }) => agreed !== null);
    const times = all.map(({ tookMs }) => tookMs / 1_000).sort((a, b) => a - b);
    const acted = (action: NotedJudgement["action"]): number => real.filter((one) => one.action === action).length;
    return {
      reviewer,
      judged: real.length,
      ...{ approved: acted("approve"), rejected: acted("reject"), modified: acted("modify") },
      seconds: { median: quantile(times, 0.5), p90: quantile(times, 0.9) },
      agreement: { of: compared.length, agreed: compared.filter(({ agreed }) => agreed === true).length },
      samples: real.filter(({ kind }) => kind === "sample").length,
      decoys: { of: decoys.length, caught: decoys.filter(({ agreed }) => agreed === true).length },
      suggestions: {
        of: suggested.length,
        followed: suggested.filter((one) => one.suggested?.action === one.action).length,
        seen: suggested.filter((one) => one.suggested?.seen === true).length,
      },
    };
  });
  return figures.sort((a, b) => b.judged - a.judged || (a.reviewer < b.reviewer ? -1 : 1));
}

/** The nearest rank; of nothing 0. */
const quantile = (sorted: readonly number[], share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
