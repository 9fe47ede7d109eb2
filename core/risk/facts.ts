/** What a call's risk is computed from: the tool, where it is, what it is given, who chose that, and what the run did before. */
import type { DataClass, Label } from "../label/label.ts";
import type { ToolEffect } from "../tool/manifest.ts";
import type { Oddity } from "./oddities.ts";

/** Where a call's arguments go: nowhere outside the platform, to a host of the org's own, or to another one. Ascending. */
export const DESTINATIONS = ["platform", "own", "foreign"] as const;
/** See `DESTINATIONS`. */
export type Destination = (typeof DESTINATIONS)[number];

/** Facts of one call, known before it is made. Each has an order, from harmless to harmful, in which the score never falls. */
export type RiskFacts = {
  readonly effect: ToolEffect;
  /** The class of what the tool answers: the class of the system that it acts on. */
  readonly toolClass: DataClass;
  readonly destination: Destination;
  /** The class of what the arguments derive from. */
  readonly argumentClass: DataClass;
  /** Whose word the arguments are. */
  readonly trust: Label["trust"];
  /** Who fixed tool and arguments. */
  readonly chosenBy: "definition" | "model";
  /** The share of the run's budget that is spent, 0 to 1. */
  readonly spentShare: number;
  /** The price of the call itself, in dollars. */
  readonly callUsd: number;
  /** An instruction was found in the answer of one of the run's tools. */
  readonly seenInstruction: boolean;
  /** The highest class that the run has read so far. */
  readonly seenClass: DataClass;
  /** Number of writes that the run has made. */
  readonly writes: number;
  /** What is unusual about the arguments. */
  readonly oddities: readonly Oddity[];
};
