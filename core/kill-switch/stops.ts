/** What is stopped. The truth is the `KillSwitch` object's; everybody else holds a snapshot that is at most two seconds old. */
import type { EpochMs } from "../time.ts";

/** `all`, or a scope inside one org. Names are those of docs/contract.md, "People and control": `org:…`, `workflow:…`, `tool:…`, `model:…`. */
export type StopScope =
  | { readonly kind: "all"; readonly drill?: true }
  | {
      readonly kind: "org" | "workflow" | "tool" | "model";
      readonly org: string;
      readonly name: string;
      /** A drill of this scope: it stops the runs of `DRILL_WORKFLOW` alone. */
      readonly drill?: true;
    };

/** The workflow whose runs a drill stops. No workflow of an org can have this name (docs/contract.md, "Conventions"). */
export const DRILL_WORKFLOW = "(drill)";

/** A snapshot of all active switches. */
export type Stops = {
  /** Counts every throw and recovery; carried in credentials. */
  readonly epoch: number;
  readonly active: readonly StopScope[];
  /** When the snapshot was taken from the object. */
  readonly asOf: EpochMs;
};

/** A snapshot older than this decides nothing. */
export const STOPS_MAX_AGE_MS = 2_000;

/** True when the snapshot may still decide. */
export const isFresh = (stops: Stops, at: EpochMs): boolean => at - stops.asOf <= STOPS_MAX_AGE_MS;

/** What is known once `told` has come: an answer or a push with an older epoch than is known was overtaken, and changes nothing. */
export const hearStops = (heard: Stops | null, told: Stops | null): Stops | null =>
  told !== null && told.epoch >= (heard?.epoch ?? 0) ? told : heard;

/** What a piece of work touches; the scope that stops it, widest first, or null. */
export type StopSubject = { readonly org: string; readonly workflow?: string; readonly tool?: string; readonly model?: string };

/** True when the scope contains the subject. */
export function covers(scope: StopScope, subject: StopSubject): boolean {
  if (scope.drill === true && subject.workflow !== DRILL_WORKFLOW) return false;
  if (scope.kind === "all") return true;
  if (scope.org !== subject.org) return false;
  if (scope.kind === "org") return true;
  return subject[scope.kind] === scope.name || scope.drill === true;
}

/** The switch that stops the subject; null: none does. */
export function stoppedBy(stops: Stops, subject: StopSubject): StopScope | null {
  const order = ["all", "org", "workflow", "tool", "model"];
  return [...stops.active].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)).find((scope) => covers(scope, subject)) ?? null;
}

/** `all`, `org:acme`, `workflow:refund` … */
export const scopeText = (scope: StopScope): string => {
  const text = scope.kind === "all" ? "all" : `${scope.kind}:${scope.name}`;
  return scope.drill === true ? `drill of ${text}` : text;
};

/** Names the scope in the whole deployment: `all`, `acme/org:acme`, `acme/workflow:refund` … */
export const scopeKey = (scope: StopScope): string => (scope.kind === "all" ? scopeText(scope) : `${scope.org}/${scopeText(scope)}`);
