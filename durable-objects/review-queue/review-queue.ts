/**
 * `ReviewQueue`: the single writer of one org's reviews. This file is the face that callers see and the order of things: decide
 * (core/review/life.ts), commit case, message and record in one transaction, then tell. README.md has the picture and the rules.
 */
import { DurableObject } from "cloudflare:workers";
import { createHash } from "node:crypto";
import type { RecordsMessage } from "../../core/audit/record.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { mintId } from "../../core/ids.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { AutoApproval } from "../../core/review/approvers.ts";
import { chanceOf, passesAlone, type Tally } from "../../core/review/auto.ts";
import type { ReviewedCall, ReviewOrder, ReviewRequest, ReviewStatus } from "../../core/review/case.ts";
import { decoyOf } from "../../core/review/decoy.ts";
import {
  askSuggestion,
  type Case,
  type CaseEvent,
  type CaseTurn,
  isIdle,
  isOpen,
  type Judgement,
  openCase,
  passCase,
  sampleRequest,
  takeSuggestion,
  transition,
  underReview,
} from "../../core/review/life.ts";
import type { ReviewMessage } from "../../core/review/message.ts";
import { figuresOf, type ReviewerFigures } from "../../core/review/oversight.ts";
import { reviewRecord } from "../../core/review/record.ts";
import { type ShownReview, shownDigest, shownOf } from "../../core/review/shown.ts";
import type { Suggestion } from "../../core/review/suggestion.ts";
import { type ReviewView, reviewLine, reviewView } from "../../core/review/view.ts";
import type { EpochMs } from "../../core/time.ts";
import { Alarm } from "../kit/alarm.ts";
import { Outbox } from "../kit/outbox.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { SealedKeys } from "../kit/sealed-keys.ts";
import type { SealingPort } from "../kit/sealing-port.ts";
import { Cases } from "./cases.ts";
import { Deliveries } from "./deliveries.ts";
import { Measures } from "./measures.ts";
import { SCHEMA } from "./schema.ts";

/** Everything this room needs from outside. */
export type ReviewQueuePorts = {
  readonly now: () => EpochMs;
  /** As many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  /** Resolves when the run has stored the message; throws when it could not be told. The same message may come again. */
  readonly tellRun: (run: string, message: ReviewMessage) => Promise<void>;
  readonly send: (message: RecordsMessage) => Promise<void>;
  /** Where the keys come from under which cases of sealed runs are kept. */
  readonly sealing: SealingPort;
};

const CASES_PER_TURN = 100;
/** After this many ms time comes again for a case that could not be opened. */
const SEALED_AGAIN_MS = 60_000;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const openedCase = (id: string, request: ReviewRequest, at: EpochMs): CaseTurn => openCase(id, request, at, shownDigest(request, sha256));

/** Beside the share of a person's questions that the org wants, by chance that the key alone decides. Of a call or a step only. */
const plantsDecoy = ({ reason, key, decoyShare }: ReviewRequest, auto: AutoApproval | null): boolean =>
  auto === null && decoyShare !== undefined && (reason === "policy" || reason === "step") && chanceOf(sha256(`decoy ${key}`)) < decoyShare;

type Stores = {
  readonly measures: Measures;
  readonly org: string;
  readonly cases: Cases;
  readonly deliveries: Deliveries;
  readonly outbox: Outbox;
};

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineReviewQueue(portsFor: (env: Cloudflare.Env) => ReviewQueuePorts) {
  return class ReviewQueue extends DurableObject {
    readonly #ports: ReviewQueuePorts;
    readonly #alarm: Alarm;
    readonly #keys: SealedKeys;
    /** null until the org's first case: an object that is only asked stores nothing. */
    #stores: Stores | null = null;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#alarm = new Alarm(ctx.storage, this.#ports.now);
      this.#keys = new SealedKeys(this.#ports.sealing, this.#ports.now);
      if (isMigrated(ctx.storage.sql)) {
        migrate(ctx.storage, SCHEMA);
        this.#stores = this.#storesOf(ctx.storage.sql.exec<{ org: string }>("SELECT org FROM queue").one().org);
      }
    }

    /** Opens a case, or finds the one that has this `key`. When this resolves, the case is durable and visible to `read`. `until`: when it is due. */
    async open(org: string, request: ReviewRequest): Promise<{ id: string; until: EpochMs }> {
      const stores = this.#stores ?? this.#begin(org);
      if (stores.org !== org) throw new Error("this queue is another org's");
      if (request.sealedFor !== undefined) await this.#keys.prepare({ org, run: request.run, subject: request.sealedFor });
      await this.#opens(({ cases }) => cases.find(cases.idOf(request.key) ?? ""));
      const known = stores.cases.idOf(request.key);
      const before = known === null ? null : stores.cases.find(known);
      if (before !== null) return { id: before.id, until: before.dueAt };
      const at = this.#ports.now();
      const id = mintId("rev", at, this.#ports.random(10));
      const auto = passesAlone(request);
      const turns = auto === null ? [openedCase(id, request, at)] : this.#passAlone(id, request, auto, at);
      if (plantsDecoy(request, auto)) turns.push(openedCase(mintId("rev", at, this.#ports.random(10)), decoyOf(request), at));
      this.#commit(stores, turns, at);
      await this.#arm(stores);
      if (auto !== null) this.ctx.waitUntil(this.#tell(stores));
      return { id, until: turns[0]?.state.dueAt ?? at };
    }

    /** A person's judgement. The run is told at once; when it does not answer, the alarm tells it again. */
    async decide(id: string, judgement: Judgement): Promise<Result<ReviewView, Refusal>> {
      await this.#opensCase(id);
      const stores = this.#stores;
      const state = stores?.cases.find(id) ?? null;
      if (stores === null || state === null) return err(refuse("not_found", "there is no review with this id"));
      const at = this.#ports.now();
      const turn = transition(state, { kind: "judged", at, ...judgement }, sha256);
      if (!turn.ok) return turn;
      this.#commit(stores, [turn.value], at);
      await this.#arm(stores);
      await this.#tell(stores);
      return ok(reviewView(turn.value.state));
    }

    async read(id: string): Promise<ReviewView | null> {
      await this.#opensCase(id);
      const state = this.#stores?.cases.find(id) ?? null;
      return state === null ? null : reviewView(state);
    }

    /** What a model would decide of the case, and whether `user` has judged it, or nobody has to any more. null: there is no such case. */
    async suggestionOf(id: string, user: string): Promise<{ suggestion: Suggestion | null; judged: boolean } | null> {
      await this.#opensCase(id);
      const state = this.#stores?.cases.find(id) ?? null;
      if (state === null) return null;
      const judged = !isOpen(state) || state.change?.by === user || state.approvals.some(({ by }) => by === user);
      return { suggestion: state.suggestion ?? null, judged };
    }

    /** A model is about to be asked about the case: what it is shown. null: it was asked already, or there is nothing to ask. */
    async askSuggestion(id: string): Promise<{ request: ReviewRequest; shown: ShownReview } | null> {
      await this.#opensCase(id);
      const stores = this.#stores;
      const state = stores?.cases.find(id) ?? null;
      const asked = state === null ? null : askSuggestion(state, this.#ports.now());
      if (stores === null || asked === null) return null;
      this.ctx.storage.transactionSync(() => stores.cases.save(asked));
      const request = underReview(asked);
      return { request, shown: shownOf(request) };
    }

    /** What came of asking it; of a case that was decided meanwhile nothing is kept. */
    async suggest(id: string, said: Suggestion): Promise<void> {
      await this.#opensCase(id);
      const stores = this.#stores;
      const state = stores?.cases.find(id) ?? null;
      const turn = state === null ? null : takeSuggestion(state, said, sha256);
      if (stores === null || turn === null) return;
      this.#commit(stores, [turn], this.#ports.now());
      await this.#arm(stores);
    }

    /** The tool call that this case is about; null: it is about none, or there is no such case. */
    async callOf(id: string): Promise<ReviewedCall | null> {
      await this.#opensCase(id);
      return this.#stores?.cases.find(id)?.request.call ?? null;
    }

    /** What the registry of approvers may have an entry for (core/review/approvers.ts); empty: nothing, or there is no such case. */
    async operationsOf(id: string): Promise<readonly string[]> {
      await this.#opensCase(id);
      return this.#stores?.cases.find(id)?.request.operations ?? [];
    }

    /** What passed without a person, by operation. */
    async tallies(): Promise<{ [operation: string]: Tally }> {
      return this.#stores?.measures.tallies() ?? {};
    }

    /** Reviewers in figures, by their judgements since then, and before `until`. */
    async oversight(since: EpochMs, until: EpochMs = Number.MAX_SAFE_INTEGER): Promise<ReviewerFigures[]> {
      return figuresOf((this.#stores?.measures.judgements(since) ?? []).filter(({ at }) => at < until));
    }

    /** Newest first; by `urgency`, the open cases as people should take them. `cursor` is the last id of the page before. */
    async list(status: ReviewStatus | null, page: PageRequest, order: ReviewOrder = "newest"): Promise<Page<ReviewView>> {
      const most = page.limit + 1;
      const listed = ({ cases }: Stores) =>
        order === "urgency" ? cases.queue(status, page.cursor, most) : cases.list(status, page.cursor, most);
      await this.#opens(listed);
      const found = this.#stores === null ? [] : listed(this.#stores);
      const data = found.slice(0, page.limit).map(reviewLine);
      return { data, next_cursor: found.length > page.limit ? (data.at(-1)?.id ?? null) : null };
    }

    /**
     * The run no longer waits for these cases: those that are open are cancelled. null: the run has ended, all its open cases are
     * cancelled, and it is told nothing more. Answers with the ids of the cancelled cases.
     */
    async withdraw(run: string, ids: readonly string[] | null = null): Promise<{ ids: string[] }> {
      const stores = this.#stores;
      if (stores === null) return { ids: [] };
      await this.#opens(({ cases }) => cases.openOf(run));
      const at = this.#ports.now();
      const unwanted = stores.cases.openOf(run).filter((one) => !isIdle(one) && (ids === null || ids.includes(one.id)));
      const turns = this.#offer(unwanted, { kind: "run.ended", at });
      this.#commit(stores, turns, at);
      if (ids === null) stores.deliveries.forget(run);
      await this.#arm(stores);
      return { ids: turns.map((turn) => turn.state.id) };
    }

    /** Every case of a run, the closed ones too. */
    async listOf(run: string): Promise<ReviewView[]> {
      await this.#opens(({ cases }) => cases.of(run));
      return (this.#stores?.cases.of(run) ?? []).map(reviewView);
    }

    /** Deletes the cases of a run that has ended, and what it was still to be told; answers how many cases that were. */
    async forget(run: string): Promise<number> {
      const stores = this.#stores;
      if (stores === null) return 0;
      await this.withdraw(run);
      const forgotten = this.ctx.storage.transactionSync(() => stores.cases.forget(run));
      await this.#arm(stores);
      return forgotten;
    }

    /** These outbox rows are sequenced and in D1. */
    async confirm(rowIds: readonly string[]): Promise<void> {
      const stores = this.#stores;
      if (stores === null) return;
      stores.outbox.confirm(rowIds);
      await this.#arm(stores);
    }

    /** How many cases wait for a person. */
    async depth(): Promise<number> {
      return this.#stores?.cases.countOpen() ?? 0;
    }

    override async alarm(): Promise<void> {
      const stores = this.#stores;
      if (stores === null) return;
      const at = this.#ports.now();
      await this.#alarm.lease();
      // A case whose key cannot be had now waits for the next minute, and holds up no other.
      await this.#opens(({ cases }) => cases.due(at, CASES_PER_TURN)).catch(() => stores.cases.putOffSealed(at, at + SEALED_AGAIN_MS));
      this.#commit(stores, this.#offer(stores.cases.due(at, CASES_PER_TURN), { kind: "time.came", at }), at);
      stores.cases.putOffSealed(at, at + SEALED_AGAIN_MS);
      await Promise.all([
        this.#tell(stores),
        stores.outbox.flush(
          (message) => this.#ports.send(message),
          () => this.#ports.now(),
        ),
      ]);
      await this.#arm(stores);
    }

    /** It passes at once; the share that the entry names is looked at afterwards, and blocks nothing. */
    #passAlone(id: string, request: ReviewRequest, auto: AutoApproval, at: EpochMs): CaseTurn[] {
      const passed = passCase(id, request, auto, at, shownDigest(request, sha256));
      if (chanceOf(sha256(request.key)) >= auto.sample) return [passed];
      const sampled = { kind: "tally.add", operation: request.rule?.operation ?? "", sampled: 1 } as const;
      const sample = openedCase(mintId("rev", at, this.#ports.random(10)), sampleRequest(request, id), at);
      return [passed, { ...sample, effects: [...sample.effects, sampled] }];
    }

    /** Offers one event to many cases; what a case refuses changes nothing. */
    #offer(states: readonly Case[], event: CaseEvent): CaseTurn[] {
      return states.flatMap((state) => {
        const turn = transition(state, event, sha256);
        return turn.ok ? [turn.value] : [];
      });
    }

    /** INVARIANT: a case, the messages to its run and its audit records become durable together. */
    #commit(stores: Stores, turns: readonly CaseTurn[], at: EpochMs): void {
      this.ctx.storage.transactionSync(() => {
        for (const { state, effects } of turns) {
          stores.cases.save(state);
          for (const effect of effects) {
            if (effect.kind === "run.tell") stores.deliveries.put(state.request, effect.message, at);
            else if (effect.kind === "tally.add") {
              const { kind: _kind, operation, ...more } = effect;
              stores.measures.add(operation, more);
            } else if (effect.kind === "judgement.note") stores.measures.note(effect.judgement);
            else {
              const eventId = mintId("evt", at, this.#ports.random(10));
              stores.outbox.put({ id: eventId, records: [reviewRecord(eventId, state, effect.fact, at, sha256)] }, at);
            }
          }
        }
      });
    }

    async #tell(stores: Stores): Promise<void> {
      await stores.deliveries.tell(
        (run, message) => this.#ports.tellRun(run, message),
        () => this.#ports.now(),
      );
      await this.#arm(stores);
    }

    async #arm({ cases, deliveries, outbox }: Stores): Promise<void> {
      await this.#alarm.setTo([cases.nextWakeAt(), deliveries.nextDueAt(), outbox.nextDueAt()]);
    }

    /** Resolves when `read` finds every key that it needs. MUST be followed by reading before anything else is awaited. */
    async #opens(read: (stores: Stores) => unknown): Promise<void> {
      const stores = this.#stores;
      if (stores?.cases.someSealed() === true) await this.#keys.fetchFor(() => read(stores));
    }

    #opensCase(id: string): Promise<void> {
      return this.#opens(({ cases }) => cases.find(id));
    }

    #begin(org: string): Stores {
      migrate(this.ctx.storage, SCHEMA);
      this.ctx.storage.sql.exec("INSERT INTO queue (id, org) VALUES (1, ?)", org);
      this.#stores = this.#storesOf(org);
      return this.#stores;
    }

    #storesOf(org: string): Stores {
      const { sql } = this.ctx.storage;
      return {
        org,
        cases: new Cases(sql, this.#keys),
        measures: new Measures(sql),
        deliveries: new Deliveries(sql, this.#keys),
        outbox: new Outbox(sql, org, { kind: "review-queue", id: org }),
      };
    }
  };
}

/** The object, as its stub sees it. */
export type ReviewQueue = InstanceType<ReturnType<typeof defineReviewQueue>>;
