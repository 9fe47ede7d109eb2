/** A replay: the decisions on record of the org's newest runs, made again as if a version were in force. */
import { type ChangedDecision, MOST_RESULT_BYTES, type ReplayState } from "../../core/policy/job.ts";
import type { ActiveSets } from "../../core/policy/set.ts";
import { turn as endTurn } from "../../kit/turn.ts";
import { bytesOf, type PortionPorts } from "./portion.ts";

/** Maximum decisions that a replay makes again. */
const MOST_REPLAYED = 20_000;
/** Changed decisions that a replay lists. */
const MOST_CHANGES = 1_000;
/** Runs whose decisions are read together, and decisions of one portion: some hundred milliseconds. */
const RUNS_AT_ONCE = 25;
const DECISIONS_A_PORTION = 100;
/** Decisions of one turn of the event loop: a large set keeps nobody else waiting. */
const DECISIONS_A_TURN = 20;

/** Before the first decision. */
export async function beginReplay(ports: PortionPorts, org: string, most: number): Promise<ReplayState> {
  const runs = await ports.newestRuns(org, most);
  const none = { decisions: 0, changed: [], truncated: false };
  return { v: 1, kind: "replay", shipped: ports.shipped(), runs, done: 0, after: null, bytes: 0, ...none };
}

/** The next decisions. */
export async function portionOfReplay(ports: PortionPorts, org: string, state: ReplayState, candidate: ActiveSets): Promise<ReplayState> {
  const runs = state.runs.slice(state.done, state.done + RUNS_AT_ONCE);
  const left = MOST_REPLAYED - state.decisions;
  if (left <= 0) return { ...state, done: state.runs.length, truncated: true };
  const { decisions, next } = await ports.decisions(org, runs, state.after, Math.min(left, DECISIONS_A_PORTION));
  const changed = [...state.changed];
  let { bytes, truncated } = state;
  for (const [index, { run, step, decision, asked }] of decisions.entries()) {
    if (index % DECISIONS_A_TURN === 0) await endTurn();
    const answer = ports.answerTo(asked, candidate);
    if (answer.decision === decision) continue;
    const { action, resource } = asked;
    const name = "name" in resource ? `${resource.type.toLowerCase()}:${resource.name}` : resource.type.toLowerCase();
    const change: ChangedDecision = {
      ...{ run, step, action, resource: name, before: decision, after: answer.decision, policies: [...answer.reasons] },
    };
    const size = bytesOf(change);
    if (changed.length >= MOST_CHANGES || bytes + size > MOST_RESULT_BYTES) {
      truncated = true;
      continue;
    }
    bytes += size;
    changed.push(change);
  }
  const through = next === null ? state.done + runs.length : state.done;
  return { ...state, done: through, after: next, decisions: state.decisions + decisions.length, changed, truncated, bytes };
}
