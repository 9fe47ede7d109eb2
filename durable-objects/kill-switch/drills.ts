/** Drills in SQL, and the steps of those that are under way. What is to be done next is decided in core/kill-switch/drill.ts. */
import {
  DRILL_EVERY_MS,
  type Drill,
  type DrilledRun,
  type DrillView,
  drillFigures,
  drillView,
  MOST_DRILLS,
  nextDrillStep,
} from "../../core/kill-switch/drill.ts";
import type { Switch } from "../../core/kill-switch/switch.ts";
import type { EpochMs } from "../../core/time.ts";
import { sideBySide, within } from "../../kit/bounded.ts";

/** The runs of drills, as this object reaches them. */
export type DrillRunsPort = {
  readonly mint: (org: string, count: number) => Promise<string[]>;
  readonly start: (run: string, org: string, user: string) => Promise<void>;
  readonly told: (run: string) => Promise<DrilledRun | null>;
  readonly end: (run: string) => Promise<void>;
};

/** What a drill needs of the object. */
export type DrillHands = {
  readonly now: () => EpochMs;
  readonly runs: DrillRunsPort;
  readonly find: (id: string) => Switch | null;
  /** Throws the drill's switch and stores what the drill is then, in one transaction. */
  readonly throwFor: (drill: Drill, save: (id: string, at: EpochMs) => void) => void;
  /** Lifts the switch, puts the figures on record and stores what the drill is then, in one transaction. */
  readonly finish: (drill: Drill, save: () => void) => void;
};

const LOOK_MS = 500;
const RETRY_MS = 5_000;
const ANSWER_WITHIN_MS = 5_000;
const AT_A_TIME = 5;

/** Which drills there were, and the one under way. */
export class Drills {
  readonly #sql: SqlStorage;
  /** Drills whose runs this life has started. After a death they are started again, which changes nothing. */
  readonly #started = new Set<string>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  list(orgs: (drill: Drill) => boolean): DrillView[] {
    return this.#all("SELECT body FROM drill ORDER BY id DESC").filter(orgs).map(drillView);
  }

  /** A drill is under way in the deployment. */
  isUnderWay(): boolean {
    return this.#underWay().length > 0;
  }

  /** The platform has held no drill for a month. The first one comes a month after the first question. */
  isOverdue(at: EpochMs): boolean {
    const { last } = this.#sql.exec<{ last: number | null }>("SELECT MAX(at) AS last FROM drill_mark").one();
    if (last === null) this.mark(at);
    return last !== null && at - last >= DRILL_EVERY_MS;
  }

  mark(at: EpochMs): void {
    this.#sql.exec("INSERT INTO drill_mark (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = ?1", at);
  }

  save(drill: Drill): void {
    this.#sql.exec(
      "INSERT INTO drill (id, due_at, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET due_at = ?2, body = ?3",
      drill.id,
      drill.dueAt,
      JSON.stringify(drill),
    );
    this.#sql.exec("DELETE FROM drill WHERE id NOT IN (SELECT id FROM drill ORDER BY id DESC LIMIT ?)", MOST_DRILLS);
  }

  nextDueAt(): EpochMs | null {
    return this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM drill").one().at;
  }

  /** The next step of the drill under way. What fails is tried again. */
  async turn(hands: DrillHands): Promise<void> {
    for (const drill of this.#underWay()) {
      if (drill.dueAt === null || drill.dueAt > hands.now()) continue;
      try {
        await this.#step(drill, hands);
      } catch {
        this.save({ ...drill, dueAt: hands.now() + RETRY_MS });
      }
    }
  }

  async #step(drill: Drill, { now, runs, find, throwFor, finish }: DrillHands): Promise<void> {
    const thrown = drill.switch === null ? null : find(drill.switch.id);
    const step = nextDrillStep(drill, drill.switch !== null || this.#started.has(drill.id), thrown?.drainedAt ?? null, now());
    if (step === "start") {
      await sideBySide(drill.runs, AT_A_TIME, async (run) => within(ANSWER_WITHIN_MS, runs.start(run, drill.org, drill.by)));
      this.#started.add(drill.id);
    } else if (step === "throw") {
      throwFor(drill, (id, at) => this.save({ ...drill, switch: { id, at }, dueAt: at + LOOK_MS }));
      return;
    } else if (step === "finish") {
      const told: (DrilledRun | null)[] = [];
      await sideBySide(drill.runs, AT_A_TIME, async (run) => {
        told.push(await within(ANSWER_WITHIN_MS, runs.told(run)).catch(() => null));
      });
      const figures = drillFigures(drill.switch?.at ?? drill.at, thrown?.drainedAt ?? null, told);
      const done: Drill = { ...drill, figures, dueAt: null };
      finish(done, () => this.save(done));
      // A run that cannot be reached ends by its own limits.
      await sideBySide(drill.runs, AT_A_TIME, async (run) => within(ANSWER_WITHIN_MS, runs.end(run)).catch(() => undefined));
      return;
    }
    this.save({ ...drill, dueAt: now() + LOOK_MS });
  }

  #underWay(): Drill[] {
    return this.#all("SELECT body FROM drill WHERE due_at IS NOT NULL ORDER BY id");
  }

  #all(query: string): Drill[] {
    return this.#sql
      .exec<{ body: string }>(query)
      .toArray()
      .map(({ body }) => JSON.parse(body) as Drill);
  }
}
