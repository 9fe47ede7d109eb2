/** Labelled texts as training sees them: bags of hashed features, one for each window, and what the patterns say by themselves. */
import { type TrainedChannel, windowsFor } from "../../core/guardrail/injection/classifier.ts";
import { featureWalker, tokensOf } from "../../core/guardrail/injection/features.ts";
import { evidenceNear, type Reading, readingsOf } from "../../core/guardrail/injection/injection.ts";
import { normalise } from "../../core/guardrail/injection/normalise.ts";
import type { Row } from "./dataset.ts";

/** The features of a window, and what the patterns in it add to its log-odds. */
export type Bag = { readonly features: Int32Array; readonly near: number };
export type Example = {
  readonly row: Row;
  /** The text as it stands. */
  readonly bags: readonly Bag[];
  /** What is hidden in it, with what hiding adds to the log-odds. */
  readonly hidden: readonly { readonly bags: readonly Bag[]; readonly more: number }[];
  /** Log-odds by the patterns alone. */
  readonly alone: number;
};

export function exampleOf(row: Row): Example {
  const channel: TrainedChannel = row.channel;
  const [open, ...hidden] = readingsOf(row.text, normalise(row.text).text, channel);
  return {
    row,
    bags: bagsOf(open, channel),
    hidden: hidden
      .filter(({ hiding }) => Number.isFinite(hiding))
      .map((reading) => ({ bags: bagsOf(reading, channel), more: reading.hiding })),
    alone: Math.max(open.alone, ...hidden.map(({ alone }) => alone)),
  };
}

function bagsOf({ words, marks, evidence }: Reading, channel: TrainedChannel): Bag[] {
  const walk = featureWalker(tokensOf(words, marks));
  const near = evidenceNear(evidence);
  return windowsFor(words, channel).map((window): Bag => {
    const features: number[] = [];
    walk(window, (feature) => features.push(feature));
    return { features: Int32Array.from(features), near: near(window) };
  });
}
