/**
 * Decoys: questions that no run asks, planted to see whether reviewers look. Pure. A decoy is a copy of a real question in which something is
 * plainly wrong and plainly shown; whoever approves it has not looked. Nothing is told of its decision, so that it executes nothing.
 */
import { isObject, type Json } from "../json.ts";
import type { ReviewRequest } from "./case.ts";

/** What is shown of the risk of a decoy: over every limit, and why. */
const RISK: ReviewRequest["risk"] = {
  score: 96,
  factors: [
    { factor: "instruction", points: 50, why: "an instruction was found in the answer of one of the run's tools" },
    { factor: "untrusted", points: 26, why: "the arguments derive from untrusted text" },
    { factor: "destination", points: 20, why: "the tool's host is not one of the org's own" },
  ],
};

/** The decoy of a question. */
export function decoyOf(request: ReviewRequest): ReviewRequest {
  const { modifiable: _changes, read: _read, rule, approvalsNeeded: _needed, decoyShare: _share, ...same } = request;
  const at = request.call === undefined ? "" : "/input";
  return {
    ...same,
    ...(rule === undefined ? {} : { rule: { ...rule, next: [] } }),
    key: `${request.key}~decoy`,
    decoy: true,
    // Of nothing that any run would take.
    digest: [...request.digest].reverse().join(""),
    modifiable: "nothing",
    approvalsNeeded: 1,
    severity: "high",
    risk: RISK,
    proposal: worse(request.proposal),
    ...(request.context === undefined ? {} : { context: { ...request.context, untrusted: [{ at, sources: ["tool:unknown"] }] } }),
  };
}

/** Every number a thousand times as large. */
function worse(value: Json): Json {
  if (typeof value === "number") return Number.isSafeInteger(value * 1_000) || !Number.isInteger(value) ? value * 1_000 : value;
  if (Array.isArray(value)) return value.map(worse);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, worse(one)])) : value;
}
