/**
 * `KillSwitch`: the single writer of what is stopped, one for the deployment. This file is the face that callers see and the
 * order of things: decide (core/kill-switch), commit switch, epoch, record and pushes in one transaction, then tell KV and the
 * runs from the alarm. README.md has the picture and the rules.
 */
import { DurableObject } from "cloudflare:workers";
import type { RecordsMessage } from "../../core/audit/record.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { mintId } from "../../core/ids.ts";
import { DRILL_ACTOR, DRILL_RUNS, type Drill, type DrillView } from "../../core/kill-switch/drill.ts";
import type { FlagValue } from "../../core/kill-switch/flag.ts";
import { type Heard, hear, type OpenReport, openIn } from "../../core/kill-switch/in-flight.ts";
import { SETTLE_MS } from "../../core/kill-switch/push.ts";
import { DRILL_WORKFLOW, type StopScope, type Stops, stoppedBy } from "../../core/kill-switch/stops.ts";
import {
  type Actor,
  type Approver,
  type Asker,
  DASHBOARD,
  isPending,
  RECOVERY_LIFETIME_MS,
  recoveryView,
  refusalOf,
  refusalOfAsker,
  type Switch,
  switchView,
  UNKNOWN_RECOVERY,
} from "../../core/kill-switch/switch.ts";
import type { RecoveryView, SwitchesView, SwitchView } from "../../core/kill-switch/view.ts";
import type { Notice } from "../../core/notice/notice.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type EpochMs, orNullRfc3339 } from "../../core/time.ts";
import { Alarm } from "../kit/alarm.ts";
import { Outbox } from "../kit/outbox.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { DEPLOYMENT } from "../kit/stub.ts";
import { type DrillRunsPort, Drills } from "./drills.ts";
import { type FlagPort, FlagWatch } from "./flag-watch.ts";
import { KillNotices } from "./notices.ts";
import { type Pausables, pausableRuns, type RunPushPorts } from "./pausable.ts";
import { Pushes } from "./pushes.ts";
import { putFact, type SwitchFact, sendByOrg } from "./records.ts";
import { SCHEMA } from "./schema.ts";
import { Switches } from "./switches.ts";

/** Everything this room needs from outside. */
export type KillSwitchPorts = RunPushPorts & {
  readonly now: () => EpochMs;
  /** As many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  readonly send: (message: RecordsMessage) => Promise<void>;
  readonly flag: FlagPort;
  readonly drillRuns: DrillRunsPort;
  /** Durable with the org's watch when it answers; null: with those of all orgs. */
  readonly tell: (org: string | null, notice: Notice) => Promise<void>;
};

/** Where it goes on record when a hand nobody knows set the flag: the org of the platform's admins. */
const PLATFORM_ORG = "default";

type Stores = {
  readonly switches: Switches;
  readonly flag: FlagWatch;
  readonly pushes: Pushes;
  readonly drills: Drills;
  readonly notices: KillNotices;
  readonly outbox: Outbox;
};
type Hand = { readonly name: string; readonly org: string; readonly type: "user" | "dashboard" };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineKillSwitch(portsFor: (env: Cloudflare.Env) => KillSwitchPorts) {
  return class KillSwitch extends DurableObject {
    readonly #ports: KillSwitchPorts;
    readonly #stores: Stores;
    readonly #work: Pausables;
    readonly #alarm: Alarm;
    /** Memory of this life: whoever has a call open says so again within two seconds. */
    #heard: Heard = new Map();
    readonly #bornAt: EpochMs;
    #begun: boolean;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#bornAt = this.#ports.now();
      this.#alarm = new Alarm(ctx.storage, () => this.#ports.now());
      this.#work = { runs: pausableRuns(this.#ports) };
      const { sql } = ctx.storage;
      this.#begun = isMigrated(sql);
      if (this.#begun) migrate(ctx.storage, SCHEMA);
      this.#stores = {
        switches: new Switches(sql),
        flag: new FlagWatch(sql),
        pushes: new Pushes(sql, this.#work),
        drills: new Drills(sql),
        notices: new KillNotices(sql),
        outbox: new Outbox(sql, PLATFORM_ORG, { kind: "kill-switch", id: DEPLOYMENT }),
      };
    }

    /** What is stopped, now. `report`: what the isolate that asks has open. The first call of a deployment starts the watch over the flag. */
    async stops(report?: OpenReport): Promise<Stops> {
      await this.#awake();
      if (report !== undefined) this.#heard = hear(this.#heard, report, this.#ports.now());
      return this.#stops();
    }

    /** Throwing what is thrown already gives the same switch, and voids the recoveries that were asked for until then. */
    async throwSwitch(scope: StopScope, by: Actor & Pick<Asker, "platformAdmin">, reason: string): Promise<SwitchView> {
      await this.#awake();
      const thrown = this.#throw(scope, { name: by.user, org: by.org, type: "user" }, reason);
      await this.#arm();
      return switchView(thrown, by.platformAdmin);
    }

    /** Begins a drill of the scope, with runs of its own in `org`. Only one is held at a time, and none where a switch stops them already. */
    async drill(scope: StopScope, org: string, by: string): Promise<Result<{ id: string }, Refusal>> {
      await this.#awake();
      const { drills } = this.#stores;
      const runs = await this.#ports.drillRuns.mint(org, DRILL_RUNS);
      if (drills.isUnderWay()) return err(refuse("conflict", "another drill is under way; a drill takes a minute at most"));
      if (stoppedBy(this.#stops(), { org, workflow: DRILL_WORKFLOW }) !== null)
        return err(refuse("conflict", "a kill switch already stops the org, so a drill would measure nothing"));
      const at = this.#ports.now();
      const id = mintId("drill", at, this.#ports.random(10));
      drills.save({ v: 1, id, org, by, scope: { ...scope, drill: true }, at, runs, switch: null, figures: null, dueAt: at });
      await this.#arm();
      return ok({ id });
    }

    /** Drills that were held in the org, or in any, newest first. */
    async drills(org: string, platformAdmin: boolean): Promise<DrillView[]> {
      await this.#awake();
      return this.#stores.drills.list((drill) => platformAdmin || drill.org === org);
    }

    /** Holds the drill of the month when it is due. Answers whether one began. */
    async holdMonthlyDrill(): Promise<boolean> {
      await this.#awake();
      const { drills } = this.#stores;
      if (!drills.isOverdue(this.#ports.now())) return false;
      const begun = await this.drill({ kind: "all" }, PLATFORM_ORG, DRILL_ACTOR);
      if (begun.ok) drills.mark(this.#ports.now());
      return begun.ok;
    }

    /** Switches that concern the org. Only the platform's admin sees how many runs of other orgs are in flight. */
    async status(org: string, platformAdmin: boolean): Promise<SwitchesView> {
      await this.#awake();
      const visible = this.#real().filter(({ scope }) => scope.kind === "all" || scope.org === org);
      const counted = widest(visible);
      const counts = await Promise.all(
        counted.map(async (state) => {
          const mayCountAll = state.scope.kind !== "all" || platformAdmin;
          const scope: StopScope = mayCountAll ? state.scope : { kind: "org", org, name: org };
          const each = await Promise.all(Object.values(this.#work).map((work) => work.countMoving(scope)));
          const moving = each.reduce((sum, count) => sum + count, 0);
          const open = openIn(this.#heard, scope, this.#ports.now());
          if (moving === 0 && mayCountAll && this.#isQuiet(state)) this.#noteDrained(state.id);
          return Math.max(moving, open.ofRuns) + open.others; // a run that moves has a call open, or is about to
        }),
      );
      const drained = counted.map((state) => this.#stores.switches.find(state.id)?.drainedAt ?? null);
      return {
        switches: visible.map((state) => switchView(state, platformAdmin)),
        recoveries: visible
          .flatMap((state) => (state.scope.kind === "all" && !platformAdmin ? [] : this.#pendingOf(state)))
          .sort(newestFirst),
        in_flight: counts.reduce((sum, count) => sum + count, 0),
        drained_at: drained.length === 0 || drained.includes(null) ? null : orNullRfc3339(Math.max(...drained.filter((at) => at !== null))),
      };
    }

    #pendingOf(state: Switch): RecoveryView[] {
      const at = this.#ports.now();
      const asked = this.#stores.switches.recoveriesOf(state.id, at - RECOVERY_LIFETIME_MS);
      return asked.filter((recovery) => isPending(recovery, state, at)).map((recovery) => recoveryView(recovery, state));
    }

    async requestRecovery(scope: StopScope, by: Asker, reason: string): Promise<Result<{ id: string }, Refusal>> {
      await this.#awake();
      const { switches } = this.#stores;
      const state = switches.activeOf(scope);
      if (state === null) return err(refuse("conflict", "no switch is active for this scope"));
      if (scope.kind === "all" && !by.platformAdmin) return err(refuse("forbidden", "only an admin of the platform can ask to lift `all`"));
      const tooNew = refusalOfAsker(by, state);
      if (tooNew !== null) return err(tooNew);
      const at = this.#ports.now();
      const id = mintId("rec", at, this.#ports.random(10));
      const { org, user, credential, credentialCreatedAt, credentialCreatedBy, root, platformAdmin } = by;
      const asker: Asker = { org, user, credential, credentialCreatedAt, credentialCreatedBy, root: root ?? null, platformAdmin };
      this.ctx.storage.transactionSync(() => {
        const recovery = { v: 1, id, switch: state.id, asker, reason, at, approved: false, thrownAgain: state.thrownAgain ?? 0 } as const;
        switches.saveRecovery(recovery);
        const actor = { type: "user", id: user } as const;
        this.#record(
          state,
          { type: "kill_switch.recovery_requested", org, actor, decision: "ask", data: { recovery: id, credential, reason } },
          at,
        );
        this.#stores.notices.putRecovery(recovery, state);
      });
      await this.#arm();
      return ok({ id });
    }

    /** Two people lift a switch: the one who asked, and this one. */
    async approveRecovery(id: string, by: Approver): Promise<Result<SwitchView, Refusal>> {
      await this.#awake();
      const { switches, flag, pushes } = this.#stores;
      const recovery = switches.findRecovery(id);
      const state = recovery === null ? null : switches.find(recovery.switch);
      if (recovery === null || state === null) return err(UNKNOWN_RECOVERY);
      const at = this.#ports.now();
      const refusal = refusalOf(recovery, state, by, at);
      if (refusal !== null) return err(refusal);
      const lifted = this.ctx.storage.transactionSync((): Switch => {
        const epoch = switches.nextEpoch();
        const next: Switch = { ...state, recovered: { by: by.user, at, epoch } };
        switches.save(next);
        switches.saveRecovery({ ...recovery, approved: true });
        flag.follow(at);
        pushes.begin(next, "resume", at);
        const data = { recovery: id, asked_by: recovery.asker.user, credential: by.credential, epoch };
        this.#record(
          next,
          { type: "kill_switch.recovered", org: by.org, actor: { type: "user", id: by.user }, decision: "allow", data },
          at,
        );
        return next;
      });
      await this.#arm();
      return ok(switchView(lifted, by.platformAdmin));
    }

    /** These outbox rows are sequenced and in D1. */
    async confirm(rowIds: readonly string[]): Promise<void> {
      if (!this.#begun) return;
      this.#stores.outbox.confirm(rowIds);
      await this.#arm();
    }

    override async alarm(): Promise<void> {
      if (!this.#begun) return;
      const { switches, flag, pushes, drills, notices, outbox } = this.#stores;
      const now = () => this.#ports.now();
      await this.#alarm.lease();
      const truth = (): FlagValue => (this.#real().length > 0 ? "on" : "off");
      const latch = () =>
        void this.#throw({ kind: "all" }, { name: DASHBOARD, org: PLATFORM_ORG, type: "dashboard" }, "the flag was set to `on` by hand");
      await Promise.all([
        flag.tend(this.#ports.flag, now, truth, () => switches.activeOf({ kind: "all" }) !== null, latch),
        pushes.turn({
          now,
          stops: () => this.#stops(),
          find: (id) => switches.find(id),
          isQuiet: (state) => this.#isQuiet(state),
          drained: (id) => this.#noteDrained(id),
        }),
        drills.turn({
          now,
          runs: this.#ports.drillRuns,
          find: (id) => switches.find(id),
          throwFor: (drill, save) => this.#throwForDrill(drill, save),
          finish: (drill, save) => this.#finishDrill(drill, save),
        }),
        notices.tell((org, notice) => this.#ports.tell(org, notice), now),
        outbox.flush((message) => sendByOrg(message, (part) => this.#ports.send(part)), now),
      ]);
      await this.#arm();
    }

    /**
     * No call is open in the scope. Not believed before every isolate that may have one has told of it: after a throw the last calls leave
     * within two seconds and are told of within two more, and a new life of this object knows nothing at first.
     */
    #isQuiet(state: Switch): boolean {
      const at = this.#ports.now();
      const { ofRuns, others } = openIn(this.#heard, state.scope, at);
      return ofRuns + others === 0 && at >= Math.max(state.thrown.at, this.#bornAt) + SETTLE_MS;
    }

    #stops(): Stops {
      return this.#stores.switches.stops(this.#ports.now());
    }

    /** INVARIANT: switch, epoch, record, mirror and push become durable together. */
    #throw(scope: StopScope, by: Hand, reason: string): Switch {
      const { switches, flag, pushes } = this.#stores;
      const at = this.#ports.now();
      return this.ctx.storage.transactionSync(() => {
        const active = switches.activeOf(scope);
        if (active !== null) return by.type === "user" ? this.#throwAgain(active, by, reason, at) : active;
        const epoch = switches.nextEpoch();
        const id = mintId("kill", at, this.#ports.random(10));
        const state: Switch = { v: 1, id, scope, reason, thrown: { by: by.name, at, epoch }, drainedAt: null, recovered: null };
        switches.save(state);
        flag.follow(at);
        pushes.begin(state, "halt", at);
        const actor = { type: by.type, id: by.name };
        this.#record(state, { type: "kill_switch.thrown", org: by.org, actor, decision: "deny", data: { epoch, reason } }, at);
        return state;
      });
    }

    /** The switch of a drill leaves the epoch as it is: the credentials of real work stay good. */
    #throwForDrill({ scope, by }: Drill, save: (id: string, at: EpochMs) => void): void {
      const { switches, pushes } = this.#stores;
      const at = this.#ports.now();
      this.ctx.storage.transactionSync(() => {
        const id = mintId("kill", at, this.#ports.random(10));
        const thrown = { by, at, epoch: this.#stops().epoch };
        const state: Switch = { v: 1, id, scope, reason: "a drill", thrown, drainedAt: null, recovered: null };
        switches.save(state);
        pushes.begin(state, "halt", at);
        save(id, at);
      });
    }

    #finishDrill({ id, org, by, runs, figures, switch: thrown }: Drill, save: () => void): void {
      const { switches, pushes } = this.#stores;
      const at = this.#ports.now();
      const state = thrown === null ? null : switches.find(thrown.id);
      if (state === null) throw new Error("a drill has no switch");
      this.ctx.storage.transactionSync(() => {
        const lifted: Switch = { ...state, recovered: { by: DRILL_ACTOR, at, epoch: state.thrown.epoch } };
        switches.save(lifted);
        pushes.end(lifted);
        const data = { drill: id, asked_by: by, runs: runs.length, ...figures };
        this.#record(lifted, { type: "kill_switch.drilled", org, actor: { type: "system", id: DRILL_ACTOR }, decision: null, data }, at);
        save();
      });
    }

    /** Active switches that are no drill's. */
    #real(): Switch[] {
      return this.#stores.switches.active().filter(({ scope }) => scope.drill !== true);
    }

    /** Who throws what is thrown already has a reason of their own: recoveries that were asked for before are void. */
    #throwAgain(active: Switch, by: Hand, reason: string, at: EpochMs): Switch {
      const state: Switch = { ...active, thrownAgain: (active.thrownAgain ?? 0) + 1, again: { by: by.name, at, reason } };
      this.#stores.switches.save(state);
      const data = { epoch: active.thrown.epoch, reason, again: true };
      this.#record(state, { type: "kill_switch.thrown", org: by.org, actor: { type: by.type, id: by.name }, decision: "deny", data }, at);
      return state;
    }

    #record(state: Switch, fact: SwitchFact, at: EpochMs): void {
      const id = mintId("evt", at, this.#ports.random(10));
      putFact(this.#stores.outbox, id, state, fact, at);
      const { type } = fact;
      if (type === "kill_switch.thrown" || type === "kill_switch.recovered") this.#stores.notices.put(id, type, state, at);
    }

    /** The first time stands. */
    #noteDrained(id: string): void {
      const state = this.#stores.switches.find(id);
      if (state === null || state.recovered !== null || state.drainedAt !== null) return;
      this.#stores.switches.save({ ...state, drainedAt: this.#ports.now() });
    }

    /** The tables exist and the watch is on. */
    async #awake(): Promise<void> {
      if (!this.#begun) {
        migrate(this.ctx.storage, SCHEMA);
        this.#stores.flag.begin(this.#ports.now());
        this.#begun = true;
        await this.#arm();
        return;
      }
      if (await this.#alarm.isLost()) await this.#arm(); // the watch over the flag never ends
    }

    async #arm(): Promise<void> {
      const { flag, pushes, drills, notices, outbox } = this.#stores;
      await this.#alarm.setTo([flag.nextDueAt(), pushes.nextDueAt(), drills.nextDueAt(), notices.nextDueAt(), outbox.nextDueAt()]);
    }
  };
}

/** The switches whose runs hold those of the others: `all`, else `org`, else each. */
function widest(states: readonly Switch[]): readonly Switch[] {
  const holder = states.find(({ scope }) => scope.kind === "all") ?? states.find(({ scope }) => scope.kind === "org");
  return holder === undefined ? states : [holder];
}

const newestFirst = (a: RecoveryView, b: RecoveryView): number => (a.id < b.id ? 1 : -1);

/** The object, as its stub sees it. */
export type KillSwitch = InstanceType<ReturnType<typeof defineKillSwitch>>;
