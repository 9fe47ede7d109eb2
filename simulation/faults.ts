/**
 * Faults to be planted, to see that the simulation bites. Each rewrites one place of the platform's source while it is loaded, in a
 * thread of its own: the production code has no door for it. A place that is not found exactly once is an error, so that no plant
 * is lost when the code around it changes.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export type Fault = {
  readonly name: string;
  readonly what: string;
  /** Below the project's folder. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

const SHELL = "durable-objects/run-engine/shell.ts";
const UNDER_WAY = "durable-objects/run-engine/under-way.ts";
const LEAVING = "durable-objects/run-engine/leaving.ts";

export const FAULTS: readonly Fault[] = [
  {
    name: "list-changes-of-status-only",
    what: "a run's line in the index follows its status, and not what it waits for or who holds it",
    file: "core/run/outside/index-line.ts",
    from: "!isSame(standing(toIndexRow(context, before)), standing(row))",
    to: "before.status !== after.status",
  },
  {
    name: "drop-a-row",
    what: "what leaves a run counts as confirmed when it is sent",
    file: LEAVING,
    from: "    progress.attempts = attempts + 1;",
    to: "    progress.attempts = attempts + 1;\n    progress.confirmed = true;",
  },
  {
    name: "act-before-commit",
    what: "the call leaves before its intent is durable",
    file: SHELL,
    from: "      this.journal.commit(",
    to: `      const before = run.state;
      run.state = state;
      this.#underWay.noteCalls(events);
      this.#underWay.act(run, this.#killEpoch);
      run.state = before;
      this.journal.commit(`,
  },
  {
    name: "forget-the-alarm",
    what: "the safety net is noted in memory and never set",
    file: "durable-objects/kit/alarm.ts",
    from: "await this.#storage.setAlarm(this.#at);",
    to: "",
  },
  {
    name: "repeat-without-promise",
    what: "a write that promises nothing is repeated after a crash",
    file: "core/run/calls/failure.ts",
    from: 'activity.facts?.effect !== "write" || activity.facts.idempotency === "key";',
    to: "activity !== null;",
  },
  {
    name: "turns-side-by-side",
    what: "the next run of a session goes on while somebody has the turn",
    file: "core/session/order.ts",
    from: `  if (members.some(({ state }) => state === "called" || state === "speaking")) return null;\n`,
    to: "",
  },
  {
    name: "call-again-on-waking",
    what: "a call that was under way when the object died is simply made again",
    file: UNDER_WAY,
    from: "!this.#ours.has(call) ||",
    to: "",
  },
  {
    name: "forget-to-settle",
    what: "what a model call cost is not added to what the run has spent",
    file: "core/run/fold/call-events.ts",
    from: 'reserve(withUsage(counted, event.step ?? "", cost), kept, freed)',
    to: "reserve(counted, kept, freed)",
  },
  {
    name: "compensate-twice",
    what: "a call that was taken back is still to be taken back",
    file: "core/run/fold/step-events.ts",
    from: "withoutFirst(idle.undoing ?? LongList.of(), undoes)",
    to: "idle.undoing ?? LongList.of()",
  },
  {
    name: "leave-a-child",
    what: "a completed child run is not asked to undo itself when its parent is undone",
    file: "core/run/steps/undo.ts",
    from: "done.child !== undefined || compensationOf(turn, done) !== null",
    to: "compensationOf(turn, done) !== null",
  },
  {
    name: "accept-a-late-answer",
    what: "the answer to an earlier call of a model is taken for that of the one under way",
    file: "core/run/calls/outcome.ts",
    from: 'activity.call !== call || activity.kind !== "model"',
    to: 'activity.kind !== "model"',
  },
  {
    name: "take-up-twice",
    what: "a queued write that promises nothing is handed out again when its message comes again",
    file: "core/run/calls/outcome.ts",
    from: 'if (activity.queued === "taken" && !isHarmless)',
    to: 'if (activity.queued === "taken" && !isHarmless && turn.at < 0)',
  },
  {
    name: "lose-a-decision",
    what: "a decision that did not reach the run is not told again",
    file: "durable-objects/review-queue/deliveries.ts",
    from: "await tellRun(run, JSON.parse(text) as ReviewMessage);",
    to: "await tellRun(run, JSON.parse(text) as ReviewMessage).catch(() => undefined);",
  },
  {
    name: "go-on-while-stopped",
    what: "an old word of the kill switch counts when no new one is to be had",
    file: SHELL,
    from: "return this.#heard !== null && this.#isFresh(this.#heard) ? this.#heard : null;",
    to: "return this.#heard;",
  },
  {
    name: "let-go-by-the-switch",
    what: "a run that a person holds goes on when the kill switch does not hold it",
    file: "core/run/machine/pause.ts",
    from: "  if (isHeldByPerson(state)) return;\n  if (state.status",
    to: "  if (state.status",
  },
  {
    name: "believe-the-last-delivery",
    what: "a line of the index that comes late or again overwrites a newer one",
    file: "workers/store/runs.ts",
    from: "WHERE excluded.seq > runs.seq AND excluded.org = runs.org",
    to: "WHERE excluded.org = runs.org",
  },
  {
    name: "forget-to-withdraw",
    what: "the cases of a run that has ended stay open",
    file: "core/run/outside/wanted.ts",
    from: "if (stale.length > 0) effects.push(",
    to: "if (stale.length > 99) effects.push(",
  },
  {
    name: "commit-before-it-is-kept",
    what: "a turn is stored before the values that it refers to are",
    file: SHELL,
    from: "      await this.#values.keep(rows.parts);",
    to: "      void this.#values.keep(rows.parts).catch(() => {});",
  },
  {
    name: "remember-the-turn-before",
    what: "a turn is stored, and the life that stored it goes on as if it had not been",
    file: SHELL,
    from: "      run.state = state;\n      run.leaving",
    to: "      run.leaving",
  },
  {
    name: "read-side-by-side",
    what: "a reading that was begun earlier and ends later stands for the run, after turns were decided on another one",
    file: SHELL,
    from: "if (this.#run === undefined && this.#loading === null) {",
    to: "if (this.#run === undefined) {",
  },
  {
    name: "answer-the-next-question",
    what: "a yes to one doubt is taken as a yes to the next one about the same call",
    file: "core/run/steps/question.ts",
    from: 'reason === "unknown-outcome" ? question : null',
    to: "null",
  },
  {
    name: "spend-without-a-lease",
    what: "a model is called although the ledger has not granted the money",
    file: "core/run/calls/lease.ts",
    from: "if (fits(plus(taken(state), needed), lease.ceiling) && at + MARGIN_MS <= lease.until) return true;",
    to: "return true;",
  },
  {
    name: "keep-the-lease",
    what: "what is left of a lease does not go back when the run ends",
    file: "core/run/calls/lease.ts",
    from: "if (lease.n === 0 || lease.asking !== null) return;",
    to: "if (lease.n >= 0) return;",
  },
  {
    name: "forget-what-is-held",
    what: "a call of which nobody told the cost is not told to the ledger",
    file: "core/run/fold/call-events.ts",
    from: "held: plus(state.lease.held, kept),",
    to: "held: state.lease.held,",
  },
  {
    name: "tell-costs-short",
    what: "what a tool charged is not told to the sums of costs",
    file: "core/costs/of-run.ts",
    from: "const { tool, ok, cached, unasked, spent_micro_usd: micro_usd = 0 } = event.data;",
    to: "const [{ tool, ok, cached, unasked }, micro_usd] = [event.data, 0];",
  },
  {
    name: "leave-a-child-out",
    what: "an explanation leaves out what child runs cost",
    file: "core/explain/cost-tree.ts",
    from: "add(step, childNode(event.data.run), event.data.usage.microUsd);",
    to: "add(step, childNode(event.data.run), 0);",
  },
  {
    name: "ask-too-early",
    what: "a read tool is asked what became of a write that may still be on its way",
    file: "core/run/calls/lookup.ts",
    from: "Math.max(turn.at + (asked === 0 ? 0 : ASK_AGAIN_MS), arrived));",
    to: "Math.min(turn.at + ASK_AGAIN_MS * asked, arrived + turn.at));",
  },
  {
    name: "count-from-the-queue",
    what: "a queued write that breaks off is asked about as if it had left when it was queued",
    file: "core/run/fold/call-events.ts",
    from: "      sentAt: event.at, // only now does it leave",
    to: "",
  },
  {
    name: "forget-the-doubt",
    what: "a write that was cut short counts as one that did not happen",
    file: "core/run/fold/doubt.ts",
    from: 'if (failure.class === "unknown") return true;',
    to: 'if (failure.class === "unknown") return doubt;',
  },
  {
    name: "believe-a-busy-tool",
    what: "a tool that says 'try again' has said that an earlier, lost attempt did not happen",
    file: "core/run/fold/doubt.ts",
    from: 'failure.class === "transient")) return doubt;',
    to: 'failure.class === "transient")) return false;',
  },
  {
    name: "heed-another-orgs-switch",
    what: "a switch of another org under the same name holds the run",
    file: "core/kill-switch/stops.ts",
    from: "if (scope.org !== subject.org) return false;",
    to: "",
  },
  {
    name: "forget-what-stays",
    what: "a run that did not complete names only what it tried to undo",
    file: "core/run/steps/ending.ts",
    from: "[...turn.state.undone, ...leftBehind(turn)]",
    to: "[...turn.state.undone]",
  },
  {
    name: "trust-a-child",
    what: "what a parent hands to its child is the caller's word there",
    file: "core/run/steps/labels.ts",
    from: "inputLabels ?? whole(parent === null ? CALLER : UNKNOWN)",
    to: "parent === null ? (inputLabels ?? whole(CALLER)) : whole(CALLER)",
  },
  {
    name: "stand-in-too-early",
    what: "a tool stands in for a write that may have happened",
    file: "core/run/calls/fallback.ts",
    from: 'return facts.effect !== "write" || isUndone ? facts.fallback : null;',
    to: "return facts.fallback;",
  },
  {
    name: "pay-twice",
    what: "what is reserved for a call that broke off stays reserved beside what the repeated call reserves",
    file: "core/run/fold/call-events.ts",
    from: "const paid = reserve(changed, taken, isTwice ? NOTHING : (before?.reserved ?? NOTHING));",
    to: "const paid = reserve(changed, taken, NOTHING);",
  },
  {
    name: "forget-a-first-charge",
    what: "a call that broke off is taken not to have cost anything when a person has it made again",
    file: "core/run/fold/call-events.ts",
    from: 'const isTwice = idempotency === "none" ||',
    to: 'const isTwice = (repeated && idempotency === "none") ||',
  },
  {
    name: "go-on-after-the-answer",
    what: "a person's answer lets calls go out that were held while they had the run",
    file: "core/run/machine/advance.ts",
    from: "if (isHeld(turn.state) || isFinal(turn.state)) continue;",
    to: 'if ((isHeld(turn.state) && turn.state.handOver?.status !== "replied") || isFinal(turn.state)) continue;',
  },
  {
    name: "go-on-while-held",
    what: "an answer of authority begins a child run while a person has the run",
    file: "core/run/calls/authorized.ts",
    from: ' || isHeld(turn.state)) return "nobody asked";',
    to: ') return "nobody asked";',
  },
  {
    name: "ask-the-same-person-again",
    what: "the second hand-over of a run is the first one's question",
    file: "core/run/steps/question.ts",
    from: "const question = isHandOver ? turn.state.seq + 1 : activity.questions + 1;",
    to: "const question = activity.questions + 1;",
  },
  {
    name: "begin-after-the-stop",
    what: "a run that stops starts the steps that are ready",
    file: "core/run/machine/advance.ts",
    from: "if (turn.state.stopping !== null) windDown(turn);\n    else startReadySteps(turn);",
    to: "startReadySteps(turn);\n    if (turn.state.stopping !== null) windDown(turn);",
  },
  {
    name: "ask-on-after-the-stop",
    what: "an agent whose model asks for tools while its run stops is asked again",
    file: "core/run/calls/outcome.ts",
    from: 'else failWork(turn, activity, { code: "cancelled", message: "the run stopped before the agent\'s calls were made" });',
    to: "",
  },
  {
    name: "retry-under-a-new-key",
    what: "each attempt goes out under a key of its own",
    file: "core/run/calls/dispatch.ts",
    from: "key: activityKey(turn.birth, activity),",
    to: 'key: activityKey(turn.birth, activity) + "#" + activity.attempt,',
  },
  {
    name: "hide-the-age",
    what: "an answer that is too old is taken without a word",
    file: "core/run/calls/outcome.ts",
    from: '...(stale === true ? (["stale"] as const) : []),',
    to: "",
  },
  {
    name: "keep-a-negative-zero",
    what: "a life decides on a number that its journal does not bring back",
    file: "core/run/machine/turn.ts",
    from: "const data = asStored(given);",
    to: "const data = given;",
  },
  {
    name: "seal-from-the-next-turn",
    what: "the turn that brings a run something restricted is stored in the clear",
    file: SHELL,
    from: "events.length > 0 && keepsRestricted(run.machinery, state),",
    to: "events.length > 0 && keepsRestricted(run.machinery, run.state),",
  },
  {
    name: "leave-texts-open",
    what: "the texts of a sealed run leave as they are",
    file: "durable-objects/run-engine/sending-records.ts",
    from: "    if (!keepsRestricted(machinery, state)) return lines;",
    to: "    if (lines.length > 0 || !keepsRestricted(machinery, state)) return lines;",
  },
  {
    name: "forget-the-parents-past",
    what: "a child run does not know that its parent has seen something restricted",
    file: "core/run/outside/restricted.ts",
    from: "isRestricted(birth.parent?.past?.seen)",
    to: "isRestricted(undefined)",
  },
  {
    name: "ask-people-in-the-clear",
    what: "the case of a sealed run lies in the queue of reviews as it is",
    file: "durable-objects/review-queue/cases.ts",
    from: "return request.sealedFor === undefined ? body :",
    to: "return request !== undefined ? body :",
  },
  {
    name: "repeat-on-and-on",
    what: "a call whose caller it takes along each time is repeated each time",
    file: "core/run/calls/interruption.ts",
    from: "else if (interruptions < INTERRUPTIONS && (isUnsent",
    to: "else if (interruptions < 1_000 && (isUnsent",
  },
  {
    name: "look-up-on-and-on",
    what: "a look-up whose caller it takes along each time is made again each time",
    file: "core/run/calls/interruption.ts",
    from: "  if (interruptions < INTERRUPTIONS) {",
    to: "  if (interruptions < 1_000) {",
  },
  {
    name: "look-up-again-on-waking",
    what: "a look-up that was under way when the object died is simply made again",
    file: UNDER_WAY,
    from: ` || effect.kind === "tool.look_up";`,
    to: ";",
  },
  {
    name: "forget-costs-with-a-later-parcel",
    what: "what confirms the last costs of a run confirms those before them, too",
    file: "durable-objects/run-engine/leaving-costs.ts",
    from: "ids.includes(idOf(parcel))",
    to: 'ids.some((id) => id.endsWith(idOf(parcel).slice(idOf(parcel).indexOf("-"))))',
  },
  {
    name: "trust-a-tool",
    what: "what a tool answers is as trusted as what it was sent",
    file: "core/run/steps/labels.ts",
    from: '"untrusted", input, activity?.facts?.sensitivity',
    to: '"trusted", input, activity?.facts?.sensitivity',
  },
];

const ROOT = join(import.meta.dirname, "..");

/** The source with the fault in it. Throws when its place is not there exactly once. */
export function withFault(fault: Fault, source: string): string {
  const places = source.split(fault.from).length - 1;
  if (places !== 1) throw new Error(`${fault.name}: its place is ${places} times in ${fault.file}`);
  return source.replace(fault.from, () => fault.to);
}

export const sourceOf = (fault: Fault): string => readFileSync(join(ROOT, fault.file), "utf8");

/** MUST be called before the platform's modules are loaded. */
export function plantFault(name: string): void {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`no fault is called ${name}`);
  const url = pathToFileURL(join(ROOT, fault.file)).href;
  registerHooks({
    load(loaded, context, next) {
      const result = next(loaded, context);
      if (loaded !== url || result.source === undefined || result.source === null) return result;
      return { ...result, source: withFault(fault, Buffer.from(result.source as Uint8Array).toString("utf8")) };
    },
  });
}
