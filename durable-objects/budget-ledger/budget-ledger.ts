/**
 * `BudgetLedger`: the single writer of one org's money and tokens, or of the deployment's: what is spent, leased and capped. This file is the face that
 * callers see and the order of things: gather what comes at the same time, decide it (core/budget/ledger.ts), commit it at once,
 * then answer. README.md has the picture and the rules.
 */
import { DurableObject } from "cloudflare:workers";
import { PLATFORM_ORG } from "../../core/access/principal.ts";
import type { AuditRecord, RecordsMessage } from "../../core/audit/record.ts";
import { asOf, type Caps, everOf } from "../../core/budget/account.ts";
import { withCaps } from "../../core/budget/alert.ts";
import { type Amount, beyond, fits, minus, plus } from "../../core/budget/amount.ts";
import { type Holder, kindOf, orgOfHolder } from "../../core/budget/holder.ts";
import { type BudgetScope, DEPLOYMENT_LEDGER, type LeaseAnswer, type LeaseRequest } from "../../core/budget/lease.ts";
import { type Facts, type Turn, takeBack, takeNote, takeRequest } from "../../core/budget/ledger.ts";
import type { DeskNote } from "../../core/budget/note.ts";
import { nextRequest, type PurseRefusal, recalled, takeAnswer, tellsAt } from "../../core/budget/purse.ts";
import { returnRecord } from "../../core/budget/record.ts";
import { type BudgetView, budgetView } from "../../core/budget/view.ts";
import type { CostsOf } from "../../core/costs/call.ts";
import { mintId } from "../../core/ids.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import type { EpochMs } from "../../core/time.ts";
import { sideBySide, within } from "../../kit/bounded.ts";
import { Alarm } from "../kit/alarm.ts";
import { Outbox } from "../kit/outbox.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { Batch } from "./batch.ts";
import { Books } from "./books.ts";
import { type Notice, Notices } from "./notices.ts";
import { SCHEMA } from "./schema.ts";

/** What a run says of itself: all that it has spent, and what it holds, calls under way at their worst included. */
export type RunAccount = { readonly spent: Amount; readonly held: Amount; readonly n: number };

/** Everything this room needs from outside. */
export type BudgetLedgerPorts = {
  readonly now: () => EpochMs;
  /** As many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  readonly send: (message: RecordsMessage) => Promise<void>;
  /** null: there is no such run. Throws when it is out of reach: its lease then stays. */
  readonly askRun: (run: string) => Promise<RunAccount | null>;
  /** `retry`: an address did not take it. */
  readonly notify: (org: string, notice: Notice) => Promise<"told" | "retry">;
  /** Asks the deployment's ledger on behalf of an org. */
  readonly leaseOfDeployment: (request: LeaseRequest) => Promise<LeaseAnswer>;
  /** Tells an org's ledger that what it leased of the deployment no longer stands. */
  readonly recall: (org: string) => Promise<void>;
};

/** Clocks of two machines differ; a lease is taken back this much after its time. */
const GRACE_MS = 30_000;
/** A run that did not answer is asked again after this. */
const ASK_AGAIN_MS = 60_000;
const ASK_MS = 5_000;
const ASKS_AT_A_TIME = 6;
/** The deployment's ledger answers in some milliseconds, across the world in less than half a second. */
const DEPLOYMENT_MS = 2_000;
/** So often an org's request is decided anew because the purse is too small again; then the ledger is out of reach for it. */
const MOST_TRIES = 5;
/** What the deployment refused is not asked for again so soon. */
const REFUSED_MS = 1_000;
const RETURNS_PER_TURN = 200;
/** Records of half a second leave together. */
const RECORDS_WAIT_MS = 500;
const RECORDS_PER_ROW = 20;
const DAY_MS = 24 * 60 * 60_000;
/**
 * What told nothing for so long is forgotten: a desk, whose isolate lives for hours, and a run that is archived or was never born. A run is asked,
 * since it may wait for a person for very long; no message of it is under way after a month (a queue keeps one for two weeks).
 */
const FORGET_AFTER_MS = { desk: 2 * DAY_MS, run: 35 * DAY_MS } as const;
/** Holders that are looked at a minute while there are further ones: 200 a minute are 288,000 a day. */
const FORGET_LOOK = { rows: 200, everyMs: 60_000, restMs: 60 * 60_000 } as const;

type Stores = { readonly org: string; readonly books: Books; readonly outbox: Outbox; readonly notices: Notices };
type Job = {
  readonly work: (batch: Batch) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
};

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineBudgetLedger(portsFor: (env: Cloudflare.Env) => BudgetLedgerPorts) {
  return class BudgetLedger extends DurableObject {
    readonly #ports: BudgetLedgerPorts;
    readonly #alarm: Alarm;
    /** null until the org's first lease or cap: an object that is only asked stores nothing. */
    #stores: Stores | null = null;
    #jobs: Job[] = [];
    #isCommitting = false;
    /** The request to the deployment that is on its way; who comes meanwhile waits for it too. */
    #asking: Promise<void> | null = null;
    #refused: (PurseRefusal & { readonly until: EpochMs }) | null = null;
    /** Runs and orgs that did not answer when they were asked, and when they are asked again. */
    readonly #askAgainAt = new Map<string, EpochMs>();
    /** When holders are next looked through for those that are gone, and behind which run; "": from the first. */
    #looksAt: EpochMs = 0;
    #lookedUpTo = "";

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#alarm = new Alarm(ctx.storage, this.#ports.now);
      if (isMigrated(ctx.storage.sql)) {
        migrate(ctx.storage, SCHEMA);
        this.#stores = this.#storesOf(ctx.storage.sql.exec<{ org: string }>("SELECT org FROM ledger").one().org);
      }
    }

    /** Durable when it answers. */
    async lease(org: string, request: LeaseRequest): Promise<LeaseAnswer> {
      const { holder: id, user, workflow } = request;
      return this.#decide(org, { id, user, workflow }, (facts, at) => takeRequest(facts, request, at), { records: [], costs: [] });
    }

    /** Attempts and outcomes of a desk's calls, on record and counted when it answers. */
    async note(org: string, note: DeskNote): Promise<LeaseAnswer> {
      const who = { id: note.holder, user: note.user, workflow: note.workflow ?? null };
      const records = [...note.attempts, ...note.outcomes].flatMap((told) => told.records);
      const costs = note.outcomes.flatMap(({ cost }) => cost ?? []);
      return this.#decide(org, who, (facts, at) => takeNote(facts, note, at), { records, costs });
    }

    /** Replaces the caps of a scope. `record`: what goes on record of the request. */
    async setCaps(org: string, scope: BudgetScope, caps: Caps, record: AuditRecord): Promise<BudgetView> {
      const view = await this.#gather(org, (batch) => {
        const { account } = batch.standing(scope);
        batch.accounts.set(scope, withCaps(asOf(account, batch.at), caps));
        batch.records.push(record);
        return budgetView(batch.underItsCaps(scope), batch.at);
      });
      if (scope !== "deployment") return view;
      await this.#recallOrgs();
      return (await this.view(org, { cursor: null, limit: 1 })).data[0] ?? view;
    }

    /** The deployment's caps have changed. When this resolves, nothing more is granted under the old ones. */
    async recall(org: string): Promise<void> {
      if (this.#stores === null) return; // nothing was ever granted
      await this.#asking?.catch(() => undefined); // its answer may be of the old caps
      await this.#gather(org, (batch) => {
        const { account, leased } = batch.standing("org");
        batch.purse = recalled(batch.purseNow, everOf(account), leased);
      });
      this.#refused = null;
      await this.#askDeployment(org, null);
    }

    /** Scopes in their order. `cursor` is the last scope of the page before. */
    async view(_org: string, page: PageRequest): Promise<Page<BudgetView>> {
      const at = this.#ports.now();
      const found = this.#stores?.books.list(page.cursor, page.limit + 1, at) ?? [];
      const data = found.slice(0, page.limit).map((standing) => budgetView(standing, at));
      return { data, next_cursor: found.length > page.limit ? (data.at(-1)?.scope ?? null) : null };
    }

    /** These outbox rows are sequenced and in D1. */
    async confirm(rowIds: readonly string[]): Promise<void> {
      this.#stores?.outbox.confirm(rowIds);
    }

    override async alarm(): Promise<void> {
      const stores = this.#stores;
      if (stores === null) return;
      await this.#alarm.lease();
      await Promise.all([
        this.#takeBackOverdue(stores),
        stores.notices.tell(
          (notice) => this.#ports.notify(stores.org === DEPLOYMENT_LEDGER ? PLATFORM_ORG : stores.org, notice),
          this.#ports.now,
        ),
        stores.outbox.flush((message) => this.#ports.send(message), this.#ports.now),
        this.#tellDeployment(stores),
      ]);
      await this.#forgetOld(stores);
      const { books, notices, outbox } = stores;
      await this.#alarm.setTo([
        books.firstReturnAt(GRACE_MS, this.#askAgainAt),
        notices.nextDueAt(),
        outbox.nextDueAt(),
        this.#tellsAt(stores),
        this.#lookedUpTo === "" ? null : this.#looksAt,
      ]);
    }

    /** Decides a holder's request. When only the purse is too small, the deployment is asked for more, and it is decided anew. */
    async #decide(
      org: string,
      who: { readonly id: string; readonly user: string; readonly workflow: string | null },
      decide: (facts: Facts, at: EpochMs) => Turn,
      leaves: { readonly records: readonly AuditRecord[]; readonly costs: readonly CostsOf[] },
    ): Promise<LeaseAnswer> {
      let refusal: PurseRefusal | null = null;
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const asked = refusal;
        const { answer, short } = await this.#gather(org, (batch) => {
          sameOwner(batch.holder(who.id), who.user, who.workflow);
          const turn = decide(batch.facts(who, asked), batch.at);
          if (turn.short !== null) return turn;
          batch.take(turn);
          if (turn.isNew) batch.records.push(...leaves.records);
          if (turn.isNew) batch.costs.push(...leaves.costs);
          return turn;
        });
        if (short === null) return answer;
        refusal = this.#refusedJustNow(short);
        if (refusal !== null) continue;
        await (this.#asking ?? this.#askDeployment(org, short));
        refusal = this.#refusedJustNow(short);
      }
      throw new Error("the deployment's ledger is asked for more than one answer holds");
    }

    #refusedJustNow(short: Amount): PurseRefusal | null {
      const refused = this.#refused;
      return refused !== null && this.#ports.now() < refused.until && fits(refused.need, short) ? refused : null;
    }

    /** One request at a time. `least`: what the org must have; null: it only tells. Throws when the deployment is out of reach. */
    #askDeployment(org: string, least: Amount | null): Promise<void> {
      const asking = this.#exchange(org, least).finally(() => {
        if (this.#asking === asking) this.#asking = null;
      });
      this.#asking = asking;
      return asking;
    }

    /** INVARIANT: the request's number is durable before it is sent, so that no two requests have one number. */
    async #exchange(org: string, least: Amount | null): Promise<void> {
      const request = await this.#gather(org, (batch) => {
        const { account, leased } = batch.standing("org");
        const next = nextRequest(batch.purseNow, org, { ever: everOf(account), leased, least }, batch.at);
        batch.purse = next.purse;
        return next.request;
      });
      const answer = await within(DEPLOYMENT_MS, this.#ports.leaseOfDeployment(request));
      await this.#gather(org, (batch) => {
        batch.purse = takeAnswer(batch.purseNow, request.n, answer);
      });
      const refusal = answer.ok ? null : answer.refusal;
      if (refusal === null) this.#refused = null;
      else if (refusal.why === "cap") this.#refused = { ...refusal, need: least ?? request.need, until: this.#ports.now() + REFUSED_MS };
    }

    /** What was spent since the last request is told, and what nobody needs goes back. */
    async #tellDeployment(stores: Stores): Promise<void> {
      const due = this.#tellsAt(stores);
      if (due === null || due > this.#ports.now() || this.#asking !== null) return;
      await this.#askDeployment(stores.org, null).catch(() => undefined); // it is told with the next request, a minute later
    }

    #tellsAt({ org, books }: Stores): EpochMs | null {
      if (org === DEPLOYMENT_LEDGER) return null;
      return tellsAt(books.purse, everOf(books.account("org", this.#ports.now())), books.outstanding());
    }

    /** An org that cannot be reached tells within a minute of its next spending, and hears of the new caps then. */
    async #recallOrgs(): Promise<void> {
      const holders = this.#stores?.books.orgHolders() ?? [];
      await sideBySide(holders, ASKS_AT_A_TIME, async (id) => {
        await within(ASK_MS, this.#ports.recall(orgOfHolder(id))).catch(() => undefined);
      });
    }

    /** The first request is committed at once; what comes while the disk is at it becomes the next commit together. */
    #gather<T>(org: string, work: (batch: Batch) => T): Promise<T> {
      if (this.#stores !== null && this.#stores.org !== org) return Promise.reject(new Error("this ledger is another org's"));
      return new Promise<T>((resolve, reject) => {
        this.#jobs.push({ work, resolve, reject });
        if (!this.#isCommitting) this.#commitGathered(org);
      });
    }

    #commitGathered(org: string): void {
      const jobs = this.#jobs;
      this.#jobs = [];
      try {
        const stores = this.#stores ?? this.#begin(org);
        const at = this.#ports.now();
        const batch = new Batch(stores.books, at, () => mintId("evt", at, this.#ports.random(10)));
        const ends = jobs.map(({ work, resolve, reject }) => {
          try {
            const answer = work(batch);
            return () => resolve(answer as never);
          } catch (error) {
            return () => reject(error); // a request that holds a bug fails alone: it changed nothing
          }
        });
        this.#commit(stores, batch);
        const untils = [...batch.holders.values()].map(({ until }) => until + GRACE_MS);
        const records = batch.records.length + batch.costs.length > 0 ? [at + RECORDS_WAIT_MS] : [];
        const tells = this.#tellsAt(stores);
        const armed = this.#alarm.setByAny([...untils, ...records, ...(tells === null ? [] : [Math.max(tells, at)])]);
        void armed.then(
          () => ends.forEach((end) => void end()),
          (error: unknown) => jobs.forEach(({ reject }) => void reject(error)),
        );
      } catch (error) {
        for (const { reject } of jobs) reject(error);
        return;
      }
      this.#isCommitting = true;
      const goOn = (): void => {
        this.#isCommitting = false;
        if (this.#jobs.length > 0) this.#commitGathered(org);
      };
      this.ctx.storage.sync().then(goOn, goOn);
    }

    /** INVARIANT: money, its audit records and the notices to the org become durable together. */
    #commit({ books, outbox, notices }: Stores, batch: Batch): void {
      this.ctx.storage.transactionSync(() => {
        books.save(batch);
        for (const notice of batch.notices) notices.put(notice, batch.at);
        for (let start = 0; start < Math.max(batch.records.length, batch.costs.length); start += RECORDS_PER_ROW) {
          const records = batch.records.slice(start, start + RECORDS_PER_ROW);
          const costs = batch.costs.slice(start, start + RECORDS_PER_ROW);
          outbox.put({ id: batch.mintEventId(), records, ...(costs.length === 0 ? {} : { costs }) }, batch.at + RECORDS_WAIT_MS);
        }
      });
      books.remember(batch);
    }

    /** A run and an org are asked what they spent before a lease goes back; of a desk, what its attempts say stays held. */
    async #takeBackOverdue(stores: Stores): Promise<void> {
      const at = this.#ports.now();
      const due = stores.books.overdue(at - GRACE_MS).filter(({ id }) => (this.#askAgainAt.get(id) ?? 0) <= at);
      await sideBySide(due.slice(0, RETURNS_PER_TURN), ASKS_AT_A_TIME, async (holder) => {
        let told: RunAccount | null = null;
        const kind = kindOf(holder);
        if (kind !== "desk") {
          try {
            if (kind === "run") told = await within(ASK_MS, this.#ports.askRun(holder.id));
            else await within(ASK_MS, this.#ports.recall(orgOfHolder(holder.id)));
          } catch {
            this.#askAgainAt.set(holder.id, this.#ports.now() + ASK_AGAIN_MS);
            return; // its lease stays taken
          }
        }
        this.#askAgainAt.delete(holder.id);
        if (kind === "org") return; // it has told by a request of its own
        await this.#gather(stores.org, (batch) => returnLease(batch, holder, told));
      });
    }

    /** A portion at a time. A run that is there, or out of reach, keeps its row until the next time around. */
    async #forgetOld({ books }: Stores): Promise<void> {
      const at = this.#ports.now();
      if (at < this.#looksAt) return;
      const first = (kind: "desk" | "run", before: EpochMs): string =>
        mintId("req", Math.max(0, before), new Uint8Array(10)).replace("req_", `${kind}_`);
      const desks = at - FORGET_AFTER_MS.desk;
      const gone = books.quiet("desk_", first("desk", desks), desks, FORGET_LOOK.rows);
      books.forget(gone.ids, desks);
      const since = at - FORGET_AFTER_MS.run;
      const { ids, last } = books.quiet(this.#lookedUpTo === "" ? "run_" : this.#lookedUpTo, first("run", since), since, FORGET_LOOK.rows);
      const over: string[] = [];
      await sideBySide(ids, ASKS_AT_A_TIME, async (id) => {
        const told = await within(ASK_MS, this.#ports.askRun(id)).catch(() => "out of reach" as const);
        if (told === null) over.push(id);
      });
      books.forget(over, since);
      this.#lookedUpTo = last ?? "";
      this.#looksAt = at + (last === null && gone.last === null ? FORGET_LOOK.restMs : FORGET_LOOK.everyMs);
    }

    #begin(org: string): Stores {
      migrate(this.ctx.storage, SCHEMA);
      this.ctx.storage.sql.exec("INSERT INTO ledger (id, org) VALUES (1, ?)", org);
      this.#stores = this.#storesOf(org);
      return this.#stores;
    }

    #storesOf(org: string): Stores {
      const { sql } = this.ctx.storage;
      const chain = org === DEPLOYMENT_LEDGER ? PLATFORM_ORG : org;
      const outbox = new Outbox(sql, chain, { kind: "budget-ledger", id: org });
      return { org, books: new Books(sql), notices: new Notices(sql), outbox };
    }
  };
}

/** A holder spends for one user and one workflow all its life: its money counts in their accounts. */
function sameOwner(holder: Holder | null, user: string, workflow: string | null): void {
  if (holder !== null && (holder.user !== user || holder.workflow !== workflow)) throw new Error("this holder spends for somebody else");
}

/** Nothing is returned when the holder came by itself while it was asked. */
function returnLease(batch: Batch, asked: Holder, told: RunAccount | null): void {
  const holder = batch.holder(asked.id);
  if (holder === null || holder.n !== asked.n || holder.until !== asked.until) return;
  const turn = takeBack({ ...batch.facts(holder), holder }, told, batch.at);
  const held = beyond(turn.holder.held, holder.held);
  const returned = beyond(holder.lease, plus(minus(turn.holder.spent, holder.spent), held));
  batch.take(turn);
  batch.records.push(returnRecord(batch.mintEventId(), turn.holder, returned, held, batch.at));
}

/** The object, as its stub sees it. */
export type BudgetLedger = InstanceType<ReturnType<typeof defineBudgetLedger>>;
