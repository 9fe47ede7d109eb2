/**
 * `Sessions`: the single writer of the sessions of one person in one org: the order of their runs, and what was said. A run asks for its turn
 * (`enter`), lets the next go on while it waits for a person (`stepAside`), and says its last word (`leave`); each may be repeated. Knows
 * nothing of what a run does, and decides nothing of who may read a session.
 */
import { DurableObject } from "cloudflare:workers";
import type { AuditRecord, RecordsMessage } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import { expiryOf } from "../../core/memory/memory.ts";
import { type Forgotten, withoutForgotten } from "../../core/session/forgotten.ts";
import { type Member, nextOf } from "../../core/session/order.ts";
import {
  classOfSession,
  type MemberState,
  type Said,
  type SessionContent,
  type SessionMessage,
  type SessionSummary,
  type StoredSession,
  WAITING_RUNS,
} from "../../core/session/session.ts";
import { shortened } from "../../core/session/summary.ts";
import type { EpochMs } from "../../core/time.ts";
import { Alarm } from "../kit/alarm.ts";
import { deleteOverwritten, overwrite } from "../kit/delete-overwritten.ts";
import { Outbox } from "../kit/outbox.ts";
import { migrate, storedRow } from "../kit/schema.ts";
import { SealedKeys } from "../kit/sealed-keys.ts";
import type { SealingPort } from "../kit/sealing-port.ts";
import { SCHEMA } from "./schema.ts";

/** What a run answers when it is told that its turn has come. `unborn`: there is no such run, or none any more. */
export type TurnAnswer = "told" | "unborn";

/** Everything this room needs from outside. */
export type SessionsPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly send: (message: RecordsMessage) => Promise<void>;
  /** Tells a run that its turn has come; it asks for what was said itself. */
  readonly callRun: (run: string) => Promise<TurnAnswer>;
  /** Forgets the personal data of sessions that are gone. */
  readonly forget: (org: string, owner: string) => Promise<void>;
  /** Where the keys come from under which what is restricted lies in a session. */
  readonly sealing: SealingPort;
};

/** A turn: what was said so far, with the owner of its personal data in the vault. null: the run waits for its turn. */
export type Turn = { readonly owner: string; readonly content: SessionContent } | null;

/** A run that was called and has not answered is called again after this, in ms. */
const CALL_AGAIN_MS = 5_000;
/** A run that joined this long ago and was never born has no turn any more: its start broke off. */
const UNBORN_MS = 60_000;
/** How often a run that has the turn is looked after, in ms: one that was erased says no last word. */
const LOOK_MS = 600_000;
/** Runs that have left are remembered for this long, in ms, so that their last word is not taken twice. */
const LEFT_MS = 24 * 3_600_000;
const EXPIRED_PER_TURN = 50;
/** What was said, and by whom. */
const MESSAGE_TEXTS = { key: "n", columns: ["body"] };
const SESSION_TEXTS = { key: "id", columns: ["summary"] };
const OWNER_TEXTS = { key: "id", columns: ["subject"] };

type SessionRow = {
  id: string;
  owner: string;
  created_at: number;
  updated_at: number;
  expires_at: number;
  summary: string | null;
};
type MemberRow = { n: number; run: string; session: string; state: MemberState | "left"; joined_at: number; told_at: number | null };
type Book = { readonly org: string; readonly subject: string; readonly outbox: Outbox };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineSessions(portsFor: (env: Cloudflare.Env) => SessionsPorts) {
  return class Sessions extends DurableObject {
    readonly #ports: SessionsPorts;
    readonly #alarm: Alarm;
    readonly #keys: SealedKeys;
    /** null until the first run joins: an object that is only asked stores nothing. */
    #book: Book | null = null;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#alarm = new Alarm(ctx.storage, this.#ports.now);
      this.#keys = new SealedKeys(this.#ports.sealing, this.#ports.now);
      const of = storedRow<{ org: string; subject: string }>(ctx.storage, SCHEMA, "SELECT org, subject FROM sessions_of");
      if (of !== null) this.#book = this.#bookOf(of.org, of.subject);
    }

    /** Takes a place for a run that is about to be born. `full`: too many wait already. The same run again changes nothing. */
    async join(org: string, subject: string, session: string, run: string): Promise<"joined" | "full"> {
      await this.#endIfOver(session);
      this.#begin(org, subject);
      const answer = this.ctx.storage.transactionSync((): "joined" | "full" => {
        if (this.#member(run) !== null) return "joined";
        const before = this.#members(session);
        const waiting = before.filter(({ state }) => state === "waiting").length;
        if (waiting >= WAITING_RUNS && nextOf(before) === null) return "full";
        this.#add(session, run);
        this.#callNext(session); // not told: the run is about to be born, and asks by itself
        return "joined";
      });
      await this.#arm();
      return answer;
    }

    /** A run asks for its turn; one that has not joined does so, whatever waits. Asked again with the turn, it is told the same. */
    async enter(org: string, subject: string, session: string, run: string): Promise<Turn> {
      await this.#endIfOver(session);
      this.#begin(org, subject);
      await this.#keys.fetchFor(() => this.#content(session));
      let called: string | null = null;
      const turn = this.ctx.storage.transactionSync((): Turn => {
        if (this.#member(run) === null) this.#add(session, run);
        called = this.#callNext(session);
        const state = this.#member(run)?.state;
        if (state === undefined || state === "waiting" || state === "left") return null;
        if (state === "called") this.#setState(run, "speaking");
        const { owner } = this.#session(session) as SessionRow;
        return { owner, content: this.#content(session) };
      });
      if (called !== run) this.#call(called);
      await this.#arm();
      return turn;
    }

    /** The run waits for a person: the next one may go on. */
    async stepAside(run: string): Promise<void> {
      if (this.#book === null) return;
      const called = this.ctx.storage.transactionSync(() => {
        const member = this.#member(run);
        if (member === null || member.state === "left") return null;
        if (member.state !== "apart") this.#setState(run, "apart");
        return this.#callNext(member.session);
      });
      this.#call(called);
      await this.#arm();
    }

    /** The run's last word. What it says is taken once; a session that was deleted meanwhile takes nothing. */
    async leave(run: string, said: readonly Said[]): Promise<void> {
      if (this.#book === null) return;
      const { sql } = this.ctx.storage;
      const session = this.#member(run)?.session ?? "";
      await this.#prepareFor(session, said);
      const at = this.#ports.now();
      const called = this.ctx.storage.transactionSync(() => {
        const member = this.#member(run);
        if (member === null || member.state === "left") return null;
        this.#setState(run, "left");
        for (const { role, content, label } of said) this.#say(member.session, { role, content, label, run, at });
        if (said.length > 0) this.#settle(member.session, at);
        sql.exec("DELETE FROM member WHERE state = 'left' AND joined_at < ?", at - LEFT_MS);
        return this.#callNext(member.session);
      });
      this.#call(called);
      await this.#arm();
    }

    /** null: there is no such session of this person, or it is over. */
    async read(session: string): Promise<(StoredSession & { readonly owner: string }) | null> {
      if (this.#book === null) return null;
      await this.#keys.fetchFor(() => this.#content(session));
      const row = this.#session(session);
      if (row === null || row.expires_at <= this.#ports.now()) return null;
      return {
        id: row.id,
        owner: row.owner,
        subject: this.#book.subject,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        expiresAt: row.expires_at,
        summary: this.#summaryOf(row),
        messages: this.#messages(session),
        runs: this.#members(session).map(({ run, state }) => ({ run, state })),
      };
    }

    /** Takes the sentences of a memory that is forgotten out of everything that was said. What a run under way was told already stays with it. */
    async forgetSaid(forgotten: Forgotten): Promise<void> {
      if (this.#book === null) return;
      const sessions = (): SessionRow[] => this.ctx.storage.sql.exec<SessionRow>("SELECT * FROM session").toArray();
      await this.#keys.fetchFor(() => sessions().map((row) => this.#content(row.id)));
      this.ctx.storage.transactionSync(() => {
        for (const row of sessions()) {
          for (const { n, message } of this.#rowsOf(row)) {
            const content = withoutForgotten(message.content, forgotten);
            if (content !== message.content) this.#write(row, n, { ...message, content });
          }
          const summary = this.#summaryOf(row);
          const text = withoutForgotten(summary?.text ?? "", forgotten);
          if (summary === null || text === summary.text) continue;
          overwrite(this.ctx.storage.sql, "session", SESSION_TEXTS.columns, "id = ?", row.id);
          this.ctx.storage.sql.exec("UPDATE session SET summary = ? WHERE id = ?", this.#summaryText(row, { ...summary, text }), row.id);
        }
      });
    }

    /** The ids of the person's sessions after one, in their order. */
    async list(after: string, limit: number): Promise<string[]> {
      if (this.#book === null) return [];
      const query = "SELECT id FROM session WHERE id > ? AND expires_at > ? ORDER BY id LIMIT ?";
      return this.ctx.storage.sql
        .exec<{ id: string }>(query, after, this.#ports.now(), limit)
        .toArray()
        .map(({ id }) => id);
    }

    /** When this answers, nothing of what was said is stored here. Runs that wait for their turn begin a new session. False: there is none. */
    async remove(session: string, record: AuditRecord): Promise<boolean> {
      const book = this.#book;
      if (book === null || this.#session(session) === null) return false;
      this.ctx.storage.transactionSync(() => {
        this.#delete(session);
        book.outbox.put({ id: record.event_id, records: [record] }, this.#ports.now());
      });
      await this.#arm();
      return true;
    }

    /** Every session that began up to a time; answers how many that were. */
    async erase(upTo: EpochMs): Promise<number> {
      if (this.#book === null) return 0;
      const gone = this.ctx.storage.sql.exec<{ id: string }>("SELECT id FROM session WHERE created_at <= ?", upTo).toArray();
      this.ctx.storage.transactionSync(() => {
        for (const { id } of gone) this.#delete(id);
      });
      await this.#arm();
      return gone.length;
    }

    /** These outbox rows are sequenced and in D1. */
    async confirm(rowIds: readonly string[]): Promise<void> {
      this.#book?.outbox.confirm(rowIds);
      await this.#arm();
    }

    override async alarm(): Promise<void> {
      const book = this.#book;
      if (book === null) return;
      await this.#alarm.lease();
      const { sql } = this.ctx.storage;
      const now = this.#ports.now();
      const due = "SELECT * FROM member WHERE state IN ('called', 'speaking', 'apart') AND COALESCE(told_at, joined_at) <= ?";
      for (const member of sql.exec<MemberRow>(due, now - CALL_AGAIN_MS).toArray()) {
        if (member.state !== "called" && (member.told_at ?? member.joined_at) > now - LOOK_MS) continue;
        await this.#callOne(member.run);
      }
      const over = sql.exec<SessionRow>("SELECT * FROM session WHERE expires_at <= ? LIMIT ?", now, EXPIRED_PER_TURN).toArray();
      for (const { id } of over) await this.#endIfOver(id);
      await book.outbox.flush(this.#ports.send, this.#ports.now);
      await this.#arm();
    }

    /** What is over is gone before anybody hears of it again, also where the alarm is late: the values in the vault first. */
    async #endIfOver(session: string): Promise<void> {
      const row = this.#book === null ? null : this.#session(session);
      if (this.#book === null || row === null || row.expires_at > this.#ports.now()) return;
      await this.#ports.forget(this.#book.org, row.owner);
      this.ctx.storage.transactionSync(() => {
        const { owner } = this.#session(session) ?? {};
        if (owner === row.owner) this.#delete(session);
      });
    }

    /** Calls a run in the background: the alarm calls again what was not heard. */
    #call(run: string | null): void {
      if (run !== null) this.ctx.waitUntil(this.#callOne(run).then(() => this.#arm()));
    }

    /** Tells a run that its turn has come, or looks whether one that has the turn is still there. */
    async #callOne(run: string): Promise<void> {
      const answer = await this.#ports.callRun(run).catch(() => null);
      const called = this.ctx.storage.transactionSync(() => {
        const member = this.#member(run);
        if (member === null || member.state === "left" || member.state === "waiting") return null;
        const isGone = answer === "unborn" && (member.state !== "called" || member.joined_at <= this.#ports.now() - UNBORN_MS);
        if (!isGone) {
          this.ctx.storage.sql.exec("UPDATE member SET told_at = ? WHERE run = ?", this.#ports.now(), run);
          return null;
        }
        this.ctx.storage.sql.exec("DELETE FROM member WHERE run = ?", run); // born after all, it joins again
        return this.#callNext(member.session);
      });
      this.#call(called);
    }

    /** Gives the turn to whoever is next. MUST run inside a transaction. */
    #callNext(session: string): string | null {
      const next = nextOf(this.#members(session));
      if (next !== null) this.#setState(next, "called");
      return next;
    }

    #add(session: string, run: string): void {
      const { sql } = this.ctx.storage;
      const at = this.#ports.now();
      const owner = mintId("con", at, this.#ports.random(10));
      const insert =
        "INSERT INTO session (id, owner, created_at, updated_at, expires_at) VALUES (?1, ?2, ?3, ?3, ?4) ON CONFLICT (id) DO NOTHING";
      sql.exec(insert, session, owner, at, expiryOf("internal", null, at));
      sql.exec("INSERT INTO member (run, session, state, joined_at) VALUES (?, ?, 'waiting', ?)", run, session, at);
    }

    /** After something was said: a new end, and a summary where the session has become long. */
    #settle(session: string, at: EpochMs): void {
      const { sql } = this.ctx.storage;
      const row = this.#session(session);
      if (row === null) return;
      const messages = this.#messages(session);
      const before = this.#summaryOf(row);
      const short = shortened(before, messages);
      const summary = short?.summary ?? before;
      if (short !== null) {
        const oldest = "n IN (SELECT n FROM message WHERE session = ? ORDER BY n LIMIT ?)";
        deleteOverwritten(sql, "message", MESSAGE_TEXTS, oldest, session, short.dropped);
      }
      const kept = classOfSession({ messages, summary });
      // The class never falls: what was confidential once may be in the summary.
      const update = "UPDATE session SET updated_at = ?, expires_at = ?, summary = ? WHERE id = ?";
      if (short !== null) overwrite(sql, "session", SESSION_TEXTS.columns, "id = ?", session);
      sql.exec(update, at, expiryOf(kept, null, at), summary === null ? null : this.#summaryText(row, summary), session);
    }

    #delete(session: string): void {
      const { sql } = this.ctx.storage;
      deleteOverwritten(sql, "message", MESSAGE_TEXTS, "session = ?", session);
      sql.exec("DELETE FROM member WHERE session = ?", session);
      deleteOverwritten(sql, "session", SESSION_TEXTS, "id = ?", session);
    }

    #session(id: string): SessionRow | null {
      return this.ctx.storage.sql.exec<SessionRow>("SELECT * FROM session WHERE id = ?", id).toArray()[0] ?? null;
    }

    /** Resolves when what is said may be stored and what was said may be read. MUST be followed by that before anything else is awaited. */
    async #prepareFor(session: string, said: readonly Said[]): Promise<void> {
      const row = this.#session(session);
      if (this.#book === null || row === null) return;
      const { org, subject } = this.#book;
      if (said.some(isRestricted)) await this.#keys.prepare({ org, run: row.owner, subject });
      await this.#keys.fetchFor(() => this.#content(session));
    }

    /** A message whose key is destroyed was never said. MUST follow `fetchFor`. */
    #rowsOf({ id, owner }: SessionRow): { readonly n: number; readonly message: SessionMessage }[] {
      const rows = this.ctx.storage.sql
        .exec<{ n: number; body: string }>("SELECT n, body FROM message WHERE session = ? ORDER BY n", id)
        .toArray();
      const opened = this.#keys.openAll(rows.map(({ n, body }) => ({ place: placeOfMessage(owner, n), text: body })));
      return rows.flatMap(({ n }, index) => {
        const text = opened[index] ?? null;
        return text === null ? [] : [{ n, message: JSON.parse(text) as SessionMessage }];
      });
    }

    #say(session: string, message: SessionMessage): void {
      const row = this.#session(session);
      if (row === null) return;
      const insert = "INSERT INTO message (session, body) VALUES (?, '') RETURNING n";
      const { n } = this.ctx.storage.sql.exec<{ n: number }>(insert, session).one();
      this.#write(row, n, message);
    }

    #write({ owner }: SessionRow, n: number, message: SessionMessage): void {
      const { sql } = this.ctx.storage;
      const text = JSON.stringify(message);
      const body = isRestricted(message) ? this.#keys.seal(owner, placeOfMessage(owner, n), text) : text;
      overwrite(sql, "message", MESSAGE_TEXTS.columns, "n = ?", n);
      sql.exec("UPDATE message SET body = ? WHERE n = ?", body, n);
    }

    #messages(session: string): SessionMessage[] {
      const row = this.#session(session);
      return row === null ? [] : this.#rowsOf(row).map(({ message }) => message);
    }

    /** null: there is none, or its key is destroyed. */
    #summaryOf({ owner, summary }: SessionRow): SessionSummary | null {
      const [text] = summary === null ? [null] : this.#keys.openAll([{ place: placeOfSummary(owner), text: summary }]);
      return text === null || text === undefined ? null : (JSON.parse(text) as SessionSummary);
    }

    #summaryText({ owner }: SessionRow, summary: SessionSummary): string {
      const text = JSON.stringify(summary);
      return isRestricted(summary) ? this.#keys.seal(owner, placeOfSummary(owner), text) : text;
    }

    #content(session: string): SessionContent {
      const row = this.#session(session);
      return {
        messages: this.#messages(session).map(({ role, content, label }) => ({ role, content, label })),
        summary: row === null ? null : this.#summaryOf(row),
      };
    }

    #members(session: string): Member[] {
      const query = "SELECT * FROM member WHERE session = ? AND state <> 'left' ORDER BY n";
      return this.ctx.storage.sql
        .exec<MemberRow>(query, session)
        .toArray()
        .map(({ run, state }) => ({ run, state: state as MemberState }));
    }

    #member(run: string): MemberRow | null {
      return this.ctx.storage.sql.exec<MemberRow>("SELECT * FROM member WHERE run = ?", run).toArray()[0] ?? null;
    }

    #setState(run: string, state: MemberRow["state"]): void {
      this.ctx.storage.sql.exec("UPDATE member SET state = ?, told_at = ? WHERE run = ?", state, this.#ports.now(), run);
    }

    #isEmpty(): boolean {
      const some =
        "SELECT EXISTS (SELECT 1 FROM session) OR EXISTS (SELECT 1 FROM member WHERE state <> 'left') OR EXISTS (SELECT 1 FROM outbox) AS some";
      return this.ctx.storage.sql.exec<{ some: number }>(some).one().some === 0;
    }

    async #arm(): Promise<void> {
      if (this.#book === null) return;
      const { sql } = this.ctx.storage;
      if (this.#isEmpty()) {
        // Whose sessions they were is known no longer than there are any.
        deleteOverwritten(sql, "sessions_of", OWNER_TEXTS, "true");
        this.#book = null;
        return this.#alarm.setTo([null]);
      }
      const first = (query: string): number | null => sql.exec<{ at: number | null }>(query).one().at;
      const called = first("SELECT MIN(COALESCE(told_at, joined_at)) AS at FROM member WHERE state = 'called'");
      const held = first("SELECT MIN(COALESCE(told_at, joined_at)) AS at FROM member WHERE state IN ('speaking', 'apart')");
      await this.#alarm.setTo([
        this.#book.outbox.nextDueAt(),
        first("SELECT MIN(expires_at) AS at FROM session"),
        called === null ? null : called + CALL_AGAIN_MS,
        held === null ? null : held + LOOK_MS,
      ]);
    }

    #begin(org: string, subject: string): void {
      if (this.#book !== null) return;
      migrate(this.ctx.storage, SCHEMA);
      this.ctx.storage.sql.exec("INSERT INTO sessions_of (id, org, subject) VALUES (1, ?, ?)", org, subject);
      this.#book = this.#bookOf(org, subject);
    }

    #bookOf(org: string, subject: string): Book {
      // The name of the object would tell the queue and the audit log who the person is.
      return { org, subject, outbox: new Outbox(this.ctx.storage.sql, org, { kind: "sessions", id: this.ctx.id.toString() }) };
    }
  };
}

const isRestricted = ({ label }: Pick<Said, "label">): boolean => label.class === "restricted";

/** PERSISTED: what sealed texts of a session are bound to. `owner`: the session's id in the vault, under whose key they are. */
const placeOfMessage = (owner: string, n: number): string => `message ${owner} ${n}`;
const placeOfSummary = (owner: string): string => `summary ${owner}`;

/** The object, as its stub sees it. */
export type Sessions = InstanceType<ReturnType<typeof defineSessions>>;
