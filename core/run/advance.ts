/** What follows from a state without anybody's help: hold under the kill switch, resume, start steps, send calls, wait, end. */
import { dispatch } from "./dispatch.ts";
import { complete, windDown } from "./ending.ts";
import { holdIfStopped, holdOrRelease, runSubject } from "./pause.ts";
import { startReadySteps } from "./schedule.ts";
import { isBusy, isFinal } from "./state.ts";
import { stopAtCap } from "./stop.ts";
import { EVENTS_PER_TURN, type Turn } from "./turn.ts";
import { timeCapAt } from "./wake.ts";

export function advance(turn: Turn): void {
  holdOrRelease(turn);
  stopWhenTimeIsUp(turn);
  let before = -1;
  while (turn.state.seq !== before && mayGoOn(turn) && turn.events.length < EVENTS_PER_TURN) {
    before = turn.state.seq;
    sendWhatIsReady(turn);
    if (!mayGoOn(turn)) break;
    if (turn.state.stopping !== null) windDown(turn);
    else startReadySteps(turn);
    if (!isFinal(turn.state) && turn.state.stopping === null && isSettled(turn)) complete(turn);
  }
  waitOrResume(turn);
}

const mayGoOn = ({ state }: Turn): boolean => !isFinal(state) && state.status !== "paused";

function stopWhenTimeIsUp(turn: Turn): void {
  const { state, birth } = turn;
  if (isFinal(state) || state.status === "paused" || state.stopping !== null || turn.at < timeCapAt(turn.machinery, state)) return;
  const overdue = birth.deadlineAt !== null && turn.at >= birth.deadlineAt;
  stopAtCap(
    turn,
    "limit_reached",
    overdue ? "the run's `deadline` has passed" : `the run has used up its \`limits.seconds\` of ${birth.definition.limits.seconds}`,
    null,
  );
}

const isSettled = ({ state }: Turn): boolean =>
  Object.keys(state.activities).length === 0 &&
  Object.values(state.steps).every((step) => step.status === "completed" || step.status === "skipped");

function sendWhatIsReady(turn: Turn): void {
  for (const id of Object.keys(turn.state.activities)) {
    if (turn.state.status === "paused") return;
    if (turn.state.activities[id]?.phase === "ready") dispatch(turn, id);
  }
}

/** `waiting` means that nothing is to be done until a person comes, and that their case can be read. */
function waitOrResume(turn: Turn): void {
  const { state } = turn;
  const activities = Object.values(state.activities);
  const open = activities.find((activity) => activity.phase === "approving" && activity.review?.id);
  const idle = activities.length > 0 && !activities.some(isBusy);
  if (state.status === "running" && idle && open?.review?.id) {
    turn.emit("run.waiting", {
      kind: "review",
      id: open.review.id,
      until: open.review.until === null ? null : new Date(open.review.until).toISOString(),
    });
  } else if (state.status === "waiting" && (!idle || state.stopping !== null)) {
    turn.emit("run.resumed", { from: "waiting" });
    if (!holdIfStopped(turn, runSubject(turn))) advance(turn);
  }
}
