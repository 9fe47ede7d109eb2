/**
 * Makes and deletes the chunks of revisions, a few in each transaction: a document of any length costs the object no more at once than a
 * short one, and what is cut short goes on from its last transaction. Knows jobs and chunks, nothing of searches or alarms.
 */
import { createHash } from "node:crypto";
import { NOTHING_YET, type SoFar } from "../../core/access/circumstances.ts";
import type { Role } from "../../core/access/principal.ts";
import { type Chunk, chunksInTurns } from "../../core/knowledge/chunk.ts";
import type { DocumentFinding, IndexPlan } from "../../core/knowledge/document.ts";
import { HASHED } from "../../core/knowledge/hashed-vector.ts";
import { embeddedText, storedChunk, titleTerms } from "../../core/knowledge/piece.ts";
import { WORD_FORMS } from "../../core/knowledge/terms.ts";
import type { DataClass } from "../../core/label/label.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { turn } from "../../kit/turn.ts";
import type { Changes, Job, KeptRevision, Revisions } from "./revisions.ts";

/** What making chunks needs from outside. */
export type IndexingPorts = {
  readonly now: () => EpochMs;
  /** Vectors in the order of the texts; `model` null: the embedded default. null: the model failed, or may be given none of them. */
  readonly embed: (
    asker: Omit<IndexPlan["asker"], "roles"> & {
      readonly org: string;
      readonly roles: readonly Role[];
      readonly workflow: "";
      readonly soFar: SoFar;
      readonly text: "redacted";
    },
    model: string | null,
    texts: readonly string[],
  ) => Promise<{ readonly space: string; readonly vectors: readonly (Int8Array | null)[] } | null>;
  readonly log: Log;
};

/** Chunks of one transaction: some 30 ms. A model is asked for their vectors in one call. */
const MADE_AT_ONCE = 48;
/** Chunks that one transaction indexes again; no model is asked. */
const RENEWED_AT_ONCE = 48;
/** Chunks that one transaction deletes. */
const DROPPED_AT_ONCE = 256;
/** A job that does not get on is tried so often; then its revision is refused. */
const MOST_ATTEMPTS = 6;
/** The next attempt is this far away, in ms, twice as far after each: longer than one transaction takes with the model that it asks. */
const FIRST_PAUSE_MS = 15_000;
/** Longer texts are cut again after each pause instead of being kept in memory between two. */
const KEPT_TEXTS = 4;

type Cut = {
  readonly plan: IndexPlan;
  readonly text: string;
  readonly chunks: readonly Chunk[];
  readonly sum: string;
  readonly heading: readonly string[];
};

/** `commit`: carries out the change in one transaction, and lets searches follow it. */
export type Commit = (change: () => Changes) => void;

/** The jobs of one shard. */
export class Indexing {
  readonly #revisions: Revisions;
  readonly #org: string;
  readonly #ports: IndexingPorts;
  readonly #commit: Commit;
  /** Revisions that somebody in this object works on just now. */
  readonly #busy = new Set<number>();
  readonly #cuts = new Map<number, Cut>();

  constructor(revisions: Revisions, org: string, ports: IndexingPorts, commit: Commit) {
    this.#revisions = revisions;
    this.#org = org;
    this.#ports = ports;
    this.#commit = commit;
  }

  /**
   * Makes chunks of a revision until all are made and it is served, or about `most` were. Answers how many. Never throws: what failed is
   * tried again after a pause.
   */
  async fill(revision: number, most: number): Promise<number> {
    if (this.#busy.has(revision)) return 0;
    this.#busy.add(revision);
    let made = 0;
    try {
      this.#try(revision);
      while (made < most) {
        if (made > 0) await turn();
        if ((await this.#step(revision)) === "done") return made;
        made += MADE_AT_ONCE;
      }
      this.#comeBack(revision);
    } catch (error) {
      this.#ports.log(logLine("knowledge.not_indexed", { org: this.#org, error: errorName(error) }));
    } finally {
      this.#busy.delete(revision);
    }
    return made;
  }

  /** Deletes chunks that are left to be dropped, about `most` of them. */
  async sweep(most: number): Promise<void> {
    let dropped = 0;
    for (const { revision } of this.#revisions.jobs("drop", Number.MAX_SAFE_INTEGER)) {
      for (let isDone = false; !isDone; dropped += DROPPED_AT_ONCE) {
        if (dropped >= most) return;
        if (dropped > 0) await turn();
        this.#commit(() => {
          isDone = this.#revisions.sweep(revision, DROPPED_AT_ONCE);
          return NOTHING;
        });
      }
    }
  }

  /**
   * Indexes chunks of served revisions again whose word forms are not those of now, about `most` of them. Answers how many. Searches find the chunks
   * meanwhile, each by its old or its new forms.
   */
  async renew(most: number): Promise<number> {
    let renewed = 0;
    for (const { revision } of this.#revisions.jobs("renew", this.#ports.now())) {
      try {
        this.#try(revision);
        for (let isDone = false; !isDone; ) {
          if (renewed >= most) {
            this.#comeBack(revision);
            return renewed;
          }
          if (renewed > 0) await turn();
          const step = this.#renewSome(revision);
          isDone = step.isDone;
          renewed += Math.max(1, step.chunks);
        }
      } catch (error) {
        this.#ports.log(logLine("knowledge.not_indexed", { org: this.#org, error: errorName(error) }));
      }
    }
    return renewed;
  }

  /** `isDone`: the revision is done, or does not need it any more. */
  #renewSome(id: number): { readonly isDone: boolean; readonly chunks: number } {
    const job = this.#revisions.job(id);
    const revision = this.#revisions.byId(id);
    if (job === null || job.kind !== "renew" || revision === null) return { isDone: true, chunks: 0 };
    let done = { isDone: true, chunks: 0 };
    this.#commit(() => {
      if (job.attempts > MOST_ATTEMPTS) {
        this.#revisions.leave(id);
        return NOTHING;
      }
      const dueAt = this.#ports.now() + FIRST_PAUSE_MS;
      const renewed = this.#revisions.renew(revision, job.made, RENEWED_AT_ONCE, revision.space === HASHED, dueAt);
      done = { isDone: renewed.isDone, chunks: renewed.chunks.length };
      return { ...NOTHING, renewed };
    });
    return done;
  }

  /** The next alarm goes on. */
  #comeBack(revision: number): void {
    this.#commit(() => {
      this.#revisions.due(revision, this.#ports.now());
      return NOTHING;
    });
  }

  /** An attempt is durable before it begins: one that ends with the object's death counts too. */
  #try(revision: number): void {
    const job = this.#revisions.job(revision);
    if (job === null) return;
    const pause = FIRST_PAUSE_MS * 2 ** Math.min(job.attempts, 10);
    this.#commit(() => {
      this.#revisions.try(revision, this.#ports.now() + pause);
      return NOTHING;
    });
  }

  async #step(id: number): Promise<"on" | "done"> {
    const job = this.#revisions.job(id);
    const revision = this.#revisions.byId(id);
    if (job === null || job.kind !== "fill" || revision === null) return this.#forget(id);
    if (job.attempts > MOST_ATTEMPTS) return this.#giveUp(revision);
    const cut = await this.#cutOf(revision);
    // Another version of the code may cut otherwise, or make other terms: what it made does not fit to what this one makes.
    const isSame = job.cuts === cut.sum;
    const from = isSame ? job.made : 0;
    const portion = cut.chunks.slice(from, from + MADE_AT_ONCE);
    const embedded = portion.length === 0 ? null : await this.#embed(revision, cut, portion);
    let isDone = false;
    this.#commit(() => {
      // Whoever wrote while the model was asked wins.
      const now = this.#revisions.job(id);
      if (now === null || now.kind !== "fill" || now.made !== job.made || now.cuts !== job.cuts) return NOTHING;
      const at = this.#ports.now();
      if (!isSame) this.#revisions.cut(id, cut.sum);
      const chunks = portion.map((chunk, n) => storedChunk(cut.heading, cut.text, chunk, embedded?.vectors[n] ?? null));
      this.#revisions.add(revision, from, cut.text, chunks, embedded?.space ?? null, at + FIRST_PAUSE_MS);
      if (from + portion.length < cut.chunks.length) return NOTHING;
      isDone = true;
      return this.#revisions.serve(revision, findingsOf(revision, this.#revisions.job(id)), at);
    });
    return isDone ? this.#forget(id) : "on";
  }

  async #embed({ title }: KeptRevision, { plan, text }: Cut, portion: readonly Chunk[]) {
    const { user, traceId, spanId, roles = [] } = plan.asker;
    const soFar = { ...NOTHING_YET, ...standing(plan.class ?? "restricted"), own: false };
    return this.#ports.embed(
      { org: this.#org, user, traceId, spanId, roles, workflow: "", soFar, text: "redacted" },
      plan.embedding,
      portion.map((chunk) => embeddedText(title, text, chunk)),
    );
  }

  async #cutOf(revision: KeptRevision): Promise<Cut> {
    const known = this.#cuts.get(revision.id);
    if (known !== undefined) return known;
    const { plan } = revision;
    if (plan === null) throw new Error("a revision that is to be indexed has no plan");
    const text = this.#revisions.text(revision.id);
    const chunks = await chunksInTurns(text, plan.chunk, turn);
    const sum = createHash("sha256")
      .update([`${WORD_FORMS}`, ...chunks.map(({ start, end }) => `${start} ${end}`)].join("\n"))
      .digest("base64");
    const cut = { plan, text, chunks, sum, heading: titleTerms(revision.title) };
    if (this.#cuts.size >= KEPT_TEXTS) this.#cuts.clear();
    this.#cuts.set(revision.id, cut);
    return cut;
  }

  #giveUp(revision: KeptRevision): "done" {
    const finding = { type: "indexing", count: 1, message: "the document could not be indexed; upload it again, in smaller parts" };
    this.#commit(() => {
      this.#revisions.giveUp(revision, [...revision.findings, finding], this.#ports.now());
      return NOTHING;
    });
    return this.#forget(revision.id);
  }

  #forget(id: number): "done" {
    this.#cuts.delete(id);
    return "done";
  }
}

/** What a document says is nobody's word here. */
function standing(of: DataClass): Pick<SoFar, "args" | "seen"> {
  const text = { trust: "untrusted", class: of } as const;
  return { args: text, seen: text };
}

function findingsOf({ findings }: KeptRevision, job: Job | null): readonly DocumentFinding[] {
  const count = job?.withoutVector ?? 0;
  const message = "the embedding model failed or may not be given their text: these chunks are found by their words alone";
  return count === 0 ? findings : [...findings, { type: "embedding", count, message }];
}

const NOTHING: Changes = { served: [], dropped: [] };
