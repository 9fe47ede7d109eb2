/** An analysis: what a version would decide otherwise than what is in force, question by question. */
import { type AnalysisState, MOST_RESULT_BYTES, type PolicyExample } from "../../core/policy/job.ts";
import { turn as endTurn } from "../../kit/turn.ts";
import { bytesOf, type PortionPorts, type Sets } from "./portion.ts";

/** Examples of each direction; further ones differ in nothing that matters. */
const MOST_EXAMPLES = 20;
/** Questions of one portion, and of one turn of the event loop: some milliseconds, however large the sets are. */
const QUESTIONS_A_PORTION = 100;
const QUESTIONS_A_TURN = 10;

/** Before the first question. */
export async function beginAnalysis(ports: PortionPorts, { analysis }: Sets): Promise<AnalysisState> {
  const { of, ids, sampled } = analysis();
  const none = { never_applies: ids, widened: [], narrowed: [], sampled };
  return { v: 1, kind: "analysis", shipped: ports.shipped(), done: 0, of, bytes: 0, ...none };
}

/** The next questions. */
export async function portionOfAnalysis(state: AnalysisState, sets: Sets): Promise<AnalysisState> {
  const analysis = sets.analysis();
  const unused = new Set(state.never_applies);
  const widened = [...state.widened];
  const narrowed = [...state.narrowed];
  let { bytes } = state;
  const end = Math.min(state.of, state.done + QUESTIONS_A_PORTION);
  for (let index = state.done; index < end; index++) {
    if (index % QUESTIONS_A_TURN === 0) await endTurn();
    const { deciding, example } = analysis.ask(index, unused.size > 0);
    for (const id of deciding) unused.delete(id);
    if (example === null) continue;
    const examples: PolicyExample[] = example.widens ? widened : narrowed;
    const size = bytesOf(example.example);
    if (examples.length >= MOST_EXAMPLES || bytes + size > MOST_RESULT_BYTES) continue;
    bytes += size;
    examples.push(example.example);
  }
  return { ...state, done: end, never_applies: [...unused], widened, narrowed, bytes };
}
