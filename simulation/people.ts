/** People and their clients: who starts runs and watches them, who decides, who throws the switch and lifts it again. */
import { ROLES } from "../core/access/principal.ts";
import type { Refusal } from "../core/errors/problem.ts";
import type { Json } from "../core/json.ts";
import type { StopScope } from "../core/kill-switch/stops.ts";
import type { Approver } from "../core/kill-switch/switch.ts";
import type { SwitchesView } from "../core/kill-switch/view.ts";
import type { Result } from "../core/result.ts";
import type { Judgement } from "../core/review/life.ts";
import type { ReviewView } from "../core/review/view.ts";
import { HAND_OVER_SIGNAL } from "../core/run/hand-over/state.ts";
import type { RunStart } from "../core/run/machine/birth.ts";
import { isFinal } from "../core/run/machine/state.ts";
import type { EventView, RunStatus, RunView } from "../core/run/outside/view.ts";
import { ORG, SAYINGS } from "./definitions.ts";
import { MODELS } from "./random-definition.ts";
import type { Accepted, World } from "./world.ts";

const FOLLOW_MS = 20_000;
/** Another org of the deployment. */
const STRANGER = "globex";

export async function client(world: World, birth: RunStart): Promise<void> {
  const { clock, dice, trouble, climate } = world;
  for (;;) {
    try {
      const started = await world.ask<RunView>("RunEngine", birth.id, "start", birth, await world.stops(), 0);
      if (started.id === birth.id) break;
    } catch {
      await world.sleep(dice.between("client/again", 500, 5_000));
    }
  }
  const accepted: Accepted = { run: birth.id, seen: [], done: false };
  world.accepted.push(accepted);
  if (trouble.strike("people/cancel", climate.people * 0.4, ["cancel"] as const) !== null) {
    clock.after(dice.skewed("people/cancel", 1, 120_000), { name: "canceller", dead: false }, () => void cancel(world, birth.id));
  }
  if (trouble.strike("people/pause", climate.people * 0.4, ["paused"] as const) !== null) {
    const after = dice.skewed("people/pause", 1, 60_000);
    clock.after(
      after,
      { name: "operator", dead: false },
      () => void holdForAWhile(world, birth.id, dice.skewed("people/resume", 1, 300_000)),
    );
  }
  await follow(world, accepted);
  await maybeRedrive(world, accepted);
}

async function cancel(world: World, run: string): Promise<void> {
  for (;;) {
    try {
      await world.ask<unknown>("RunEngine", run, "cancel", "ada", "no longer wanted");
      return;
    } catch {
      await world.sleep(2_000);
    }
  }
}

/** An operator pauses the run, and lets it go on later: however often nobody answers. What is refused, because the run ended, is over. */
async function holdForAWhile(world: World, run: string, heldMs: number): Promise<void> {
  await insist(world, run, "pause", "otto", "let me look");
  await world.sleep(heldMs);
  await insist(world, run, "resume", "otto", "otto");
}

async function insist(world: World, run: string, method: "pause" | "resume", ...given: readonly string[]): Promise<void> {
  for (;;) {
    try {
      await world.ask<unknown>("RunEngine", run, method, ...given);
      return;
    } catch {
      await world.sleep(2_000);
    }
  }
}

/** Reads the stream of events to its end, as a browser does that comes back with `Last-Event-ID`. */
async function follow(world: World, accepted: Accepted): Promise<void> {
  type Page = { events: EventView[]; done: boolean; status: RunStatus } | null;
  while (!accepted.done) {
    try {
      const seen = accepted.seen.at(-1)?.seq ?? 0;
      await world.ask("RunEngine", accepted.run, "news", seen, FOLLOW_MS);
      const page = await world.ask<Page>("RunEngine", accepted.run, "events", seen);
      if (page === null) world.watch.note("lost", `${accepted.run}: accepted, and then unknown to its object`);
      if (page === null) return;
      accepted.seen.push(...page.events);
      accepted.done = page.done;
    } catch {
      await world.sleep(1_000);
    }
  }
}

async function maybeRedrive(world: World, accepted: Accepted): Promise<void> {
  const { dice, trouble, climate } = world;
  if (trouble.strike("people/redrive", climate.people, ["redrive"] as const) === null) return;
  const id = `run_${accepted.run.slice(4, -6)}${"0123456789".charAt(world.redriven++ % 10)}${accepted.run.slice(-5)}`;
  for (;;) {
    try {
      const marked = await world.ask<Result<RunView, Refusal>>(
        "RunEngine",
        accepted.run,
        "redrive",
        { user: "grace", root: null },
        id,
        ROLES,
      );
      if (!marked.ok) return; // it has no dead letter, or somebody was quicker: then the new run is theirs
      break;
    } catch {
      await world.sleep(dice.between("client/again", 500, 5_000));
    }
  }
  const next: Accepted = { run: id, seen: [], done: false };
  world.owed.add(id);
  for (;;) {
    const born = await world.ask<RunView | null>("RunEngine", id, "awaitBirth", 10_000).catch(() => null);
    if (born !== null) break;
    await world.sleep(1_000);
  }
  world.accepted.push(next);
  await follow(world, next);
  await maybeRedrive(world, next); // a run that continues another may fail again, and be continued in its turn
}

/** Sends signals early, late and twice; in calm every run that waits for one gets one. */
export async function signaller(world: World): Promise<void> {
  const { dice, trouble, watch } = world;
  for (let round = 0; ; round++) {
    await world.sleep(dice.skewed("signaller/pause", 5_000, 300_000));
    for (const [run, { state, machinery }] of watch.runs) {
      const asked = Object.values(state.activities).flatMap(({ signal }) => (signal === HAND_OVER_SIGNAL ? [signal] : []));
      const named = Object.values(machinery.birth.definition.steps).flatMap((step) => (step.kind === "wait" ? (step.signal ?? []) : []));
      const names = [...named, ...asked];
      const waits = Object.values(state.activities).some((activity) => activity.signal !== null);
      if (isFinal(state) || names.length === 0 || !(trouble.isCalm ? waits : dice.happens("signaller/sends", 0.4))) continue;
      for (const name of new Set(names)) {
        const signal = { id: `${run}/${round}/${name}`, name, body: bodyOf(world, name, round), findings: [], by: "ada" };
        const times = dice.between("signaller/times", 1, 2);
        for (let time = 0; time < times; time++) await world.ask("RunEngine", run, "signal", signal).catch(() => {});
      }
    }
  }
}

/** Signals are a user's words too; to the question whether a person is wanted they are a yes, a no or neither. */
function bodyOf({ dice }: World, name: string, round: number): Json {
  if (name === HAND_OVER_SIGNAL) return dice.one("signaller/wanted", [true, false, { confirm: false }, "perhaps", "No, thanks."]);
  return { round, say: dice.one("signaller/say", SAYINGS) };
}

/** Looks through the cases now and then, for as long as the world lasts. */
export async function reviewer(world: World): Promise<void> {
  const { dice, trouble, climate } = world;
  type Page = { data: ReviewView[] };
  for (;;) {
    await world.sleep(trouble.isCalm ? 20_000 : dice.between("reviewer/pause", 2_000, 90_000));
    for (const status of ["pending", "escalated"] as const) {
      const page = await world.ask<Page>("ReviewQueue", ORG, "list", status, { limit: 50, cursor: null }).catch(() => ({ data: [] }));
      for (const view of page.data) {
        const { id } = view;
        if (trouble.strike("people/look-away", climate.people, ["nobody looks"] as const) !== null) continue;
        const times = trouble.strike("people/decide-twice", climate.people, ["decided twice"] as const) === null ? 1 : 2;
        for (let time = 0; time < times; time++) await world.ask("ReviewQueue", ORG, "decide", id, judgement(world, view)).catch(() => {});
      }
    }
  }
}

/** What a person who took over a run answers, unique to the case. */
export const replyTo = (review: string): string => `answered in ${review}`;

/** Answers, hands back, lets a draft go out or has nothing more to say, or refuses. */
function takenOver({ dice }: World, id: string): Pick<Judgement, "action" | "changes" | "reason"> {
  switch (dice.one("reviewer/taken-over", ["reply", "reply", "hand back", "hand back", "approve", "reject"] as const)) {
    case "reply":
      return { action: "modify", reason: "", changes: { reply: replyTo(id) } };
    case "hand back":
      return { action: "modify", reason: "", changes: { hand_back: true } };
    case "approve":
      return { action: "approve", reason: replyTo(id), changes: null };
    case "reject":
      return { action: "reject", reason: "", changes: null };
  }
}

function judgement(world: World, { id, reason }: ReviewView): Judgement {
  const { dice, trouble, climate } = world;
  const action = trouble.strike("people/judge", climate.people, ["reject", "reject", "escalate", "modify"] as const) ?? "approve";
  return {
    by: dice.one("reviewer/who", ["grace", "joan"]),
    root: null,
    roles: ["reviewer"],
    rule: null,
    digest: null,
    ...(reason === "hand_over" ? takenOver(world, id) : { action, reason: "", changes: action === "modify" ? { n: 77 } : null }),
  };
}

const admin = (user: string): Approver => ({
  org: ORG,
  user,
  credential: `key_${user}`,
  credentialCreatedAt: 0,
  credentialCreatedBy: null,
  root: null,
  platformAdmin: true,
  roles: ["admin"],
});

/** Throws switches while things are rough, and lifts whatever is active; in calm nothing stays thrown. */
export async function operator(world: World): Promise<void> {
  const { dice, trouble, climate, flag } = world;
  const scopes: readonly StopScope[] = [
    { kind: "all" },
    { kind: "org", org: ORG, name: ORG },
    { kind: "workflow", org: ORG, name: "specimen" },
    { kind: "tool", org: ORG, name: "payments.charge" },
    { kind: "model", org: ORG, name: MODELS[0] },
    // Another org's, under the same names: they hold nothing here.
    { kind: "org", org: STRANGER, name: STRANGER },
    { kind: "workflow", org: STRANGER, name: "specimen" },
    { kind: "tool", org: STRANGER, name: "payments.charge" },
  ];
  for (;;) {
    await world.sleep(trouble.isCalm ? 20_000 : dice.skewed("operator/pause", 500, 60_000));
    const struck = trouble.strike("people/switch", climate.people, [
      "thrown",
      "thrown",
      "thrown and out of reach",
      "flag by hand",
    ] as const);
    if (struck === "flag by hand") flag.setByHand("on");
    if (struck === "thrown" || struck === "thrown and out of reach")
      await world.ask("KillSwitch", "deployment", "throwSwitch", dice.one("operator/scope", scopes), admin("grace"), "").catch(() => {});
    if (struck === "thrown and out of reach") world.cutOffKillSwitch(dice.between("operator/out-of-reach", 2_000, 30_000));
    await world.sleep(trouble.isCalm ? 1_000 : dice.skewed("operator/holds", 1_000, 300_000));
    const view = await world.ask<SwitchesView>("KillSwitch", "deployment", "status", ORG, true).catch(() => null);
    for (const { scope } of view?.switches ?? []) await lift(world, scopeOf(scope)).catch(() => {});
  }
}

async function lift(world: World, scope: StopScope): Promise<void> {
  const asked = await world.ask<Result<{ id: string }, Refusal>>("KillSwitch", "deployment", "requestRecovery", scope, admin("joan"), "");
  if (asked.ok) await world.ask("KillSwitch", "deployment", "approveRecovery", asked.value.id, admin("grace"));
}

function scopeOf(text: string): StopScope {
  if (text === "all") return { kind: "all" };
  const [kind, name] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)];
  return { kind: kind as Exclude<StopScope["kind"], "all">, org: ORG, name };
}
