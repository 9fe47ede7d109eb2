/**
 * `Watch`: looks at one org each minute and tells its people. The single writer of which alerts fire, and the outbox of all notices.
 * This file is the face that callers see and the order of things; what fires is decided in core/alert, how it is told in workers/notices.
 */
import { DurableObject } from "cloudflare:workers";
import type { AlertSums } from "../../core/alert/sums.ts";
import { type Alert, type AlertView, alertViews, lookAt } from "../../core/alert/watch.ts";
import type { AnomalyView } from "../../core/anomaly/anomaly.ts";
import { chance } from "../../core/chance.ts";
import type { Slo } from "../../core/health/budget.ts";
import { mintId } from "../../core/ids.ts";
import type { Notice } from "../../core/notice/notice.ts";
import type { EpochMs } from "../../core/time.ts";
import { Alarm } from "../kit/alarm.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { Anomalies, type Seen } from "./anomalies.ts";
import { SCHEMA } from "./schema.ts";
import { WaitingNotices, type WaitingPorts } from "./waiting.ts";

/** Everything this room needs from outside. */
export type WatchPorts = WaitingPorts & {
  readonly now: () => EpochMs;
  /** As many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  /** Throws when the index is out of reach: nothing is known then, and nothing changes. */
  readonly sums: (org: string) => Promise<AlertSums>;
  /** The service levels of the org's workflows that have one, by their newest versions. Throws as `sums` does. */
  readonly slos: (org: string) => Promise<ReadonlyMap<string, Slo>>;
  /** What ended in these minutes (counted since 1970; from the first on, before the second). Throws as `sums` does. */
  readonly minutes: (org: string, from: number, to: number) => Promise<Seen>;
};

const LOOK_MS = 60_000;
/** Definitions are read for their service levels once in so many ms. */
const SLOS_MS = 5 * 60_000;
/** A look comes after the end of a minute, that the minute is whole; by up to this much later, that not all orgs' watches look at once. */
const SPREAD_MS = 10_000;
/** After this many looks at an org in which nothing happens the watch rests, until the org's next record. */
const IDLE_LOOKS = 70;

type Row = { org: string; look_at: number | null; idle: number };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineWatch(portsFor: (env: Cloudflare.Env) => WatchPorts) {
  return class Watch extends DurableObject {
    readonly #ports: WatchPorts;
    readonly #sql: SqlStorage;
    readonly #alarm: Alarm;
    readonly #waiting: WaitingNotices;
    readonly #anomalies: Anomalies;
    /** The service levels, as they were read last. */
    #slos: { readonly at: EpochMs; readonly of: ReadonlyMap<string, Slo> } | null = null;
    #begun: boolean;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#sql = ctx.storage.sql;
      this.#alarm = new Alarm(ctx.storage, () => this.#ports.now());
      this.#begun = isMigrated(this.#sql);
      if (this.#begun) migrate(ctx.storage, SCHEMA);
      this.#waiting = new WaitingNotices(this.#sql);
      this.#anomalies = new Anomalies(this.#sql);
    }

    /** Something happens in the org: the watch is on. Asked again, it changes nothing. */
    async begin(org: string): Promise<void> {
      const row = this.#awake(org);
      if (row.look_at !== null && !(await this.#alarm.isLost())) return;
      this.#sql.exec("UPDATE watch SET look_at = COALESCE(look_at, ?), idle = 0", this.#ports.now());
      await this.#arm();
    }

    /** Durable when it answers. False: too many notices wait already, and this one is dropped. */
    async tell(org: string, notice: Notice): Promise<boolean> {
      this.#awake(org);
      const kept = this.#waiting.put(notice, this.#ports.now());
      await this.#arm();
      return kept;
    }

    /** What fires and was told. */
    async alerts(): Promise<AlertView[]> {
      return this.#begun ? alertViews(this.#alerts()) : [];
    }

    /** Anomalies that were first seen at `since` or later, newest first. */
    async anomalies(since: EpochMs): Promise<AnomalyView[]> {
      return this.#begun ? this.#anomalies.since(since) : [];
    }

    override async alarm(): Promise<void> {
      if (!this.#begun) return;
      await this.#alarm.lease();
      const { org } = this.#row();
      await this.#look(org);
      await this.#waiting.send(org, this.#ports, this.#ports.now);
      await this.#arm();
    }

    async #look(org: string): Promise<void> {
      const { look_at: dueAt } = this.#row();
      if (dueAt === null || dueAt > this.#ports.now()) return;
      const at = this.#ports.now();
      this.#sql.exec("UPDATE watch SET look_at = ?", Math.floor(at / LOOK_MS + 1) * LOOK_MS + Math.floor(chance(org) * SPREAD_MS));
      const seen = await Promise.all([
        this.#ports.sums(org),
        this.#ports.minutes(org, ...this.#anomalies.wanted(at)),
        this.#slosOf(org, at),
      ]).catch(() => null);
      if (seen === null) return;
      const [sums, minutes, slos] = seen;
      this.ctx.storage.transactionSync(() => {
        const anomalous = this.#anomalies.look(minutes, at);
        const { alerts, notices } = lookAt(this.#alerts(), { ...sums, slos: this.#anomalies.slos(slos, at) }, at);
        notices.push(...anomalous);
        const isIdle = alerts.length === 0 && sums.workflows.length === 0 && sums.moving === 0 && !this.#anomalies.isRestless();
        this.#sql.exec("DELETE FROM alert");
        for (const alert of alerts)
          this.#sql.exec("INSERT INTO alert (key, body) VALUES (?, ?)", `${alert.rule}/${alert.workflow ?? ""}`, JSON.stringify(alert));
        for (const notice of notices) this.#waiting.put({ ...notice, id: mintId("ntc", at, this.#ports.random(10)) }, at);
        this.#sql.exec("UPDATE watch SET idle = CASE WHEN ?1 THEN idle + 1 ELSE 0 END", isIdle ? 1 : 0);
        this.#sql.exec("UPDATE watch SET look_at = NULL WHERE idle >= ?", IDLE_LOOKS);
      });
    }

    async #slosOf(org: string, at: EpochMs): Promise<ReadonlyMap<string, Slo>> {
      if (this.#slos === null || at - this.#slos.at >= SLOS_MS) this.#slos = { at, of: await this.#ports.slos(org) };
      return this.#slos.of;
    }

    #alerts(): Alert[] {
      return this.#sql
        .exec<{ body: string }>("SELECT body FROM alert ORDER BY key")
        .toArray()
        .map(({ body }) => JSON.parse(body) as Alert);
    }

    #awake(org: string): Row {
      if (!this.#begun) {
        migrate(this.ctx.storage, SCHEMA);
        this.#sql.exec("INSERT INTO watch (id, org, look_at, idle) VALUES (1, ?, NULL, 0)", org);
        this.#begun = true;
      }
      const row = this.#row();
      if (row.org !== org) throw new Error("this watch is another org's");
      return row;
    }

    #row(): Row {
      return this.#sql.exec<Row>("SELECT org, look_at, idle FROM watch").one();
    }

    async #arm(): Promise<void> {
      await this.#alarm.setTo([this.#row().look_at, this.#waiting.nextDueAt()]);
    }
  };
}

/** The object, as its stub sees it. */
export type Watch = InstanceType<ReturnType<typeof defineWatch>>;
