/**
 * Texts as vectors: by an embedding model of the org, a helper call (workers/governed-call/helper-models.ts), or by the embedded default, which needs no model and
 * no network. Never throws and never takes long: a failure means that texts are found by their words alone.
 */
import { quantise } from "../../core/cache/vector.ts";
import { HASHED, HASHED_WEIGHT, hashedVector } from "../../core/knowledge/hashed-vector.ts";
import type { HelperAsker } from "../governed-call/helper-models.ts";

/** On whose behalf a model is asked, and about what. `workflow`: empty where no run asks. */
export type EmbeddingAsker = Pick<HelperAsker, "org" | "user" | "workflow" | "roles" | "began" | "soFar"> & {
  readonly traceId: string;
  readonly spanId: string;
  /** Whose words the texts are. `redacted`: they hold no personal data any more, at most placeholders. */
  readonly text: "raw" | "redacted";
  /** Names in a raw text count as personal data. */
  readonly names?: boolean;
};

/** Vectors in the order of the texts; null: that text has none. `space`: what they may be compared with. */
export type Embedded = { readonly space: string; readonly vectors: readonly (Int8Array | null)[] };

/** What this room needs from outside. */
export type EmbeddingPorts = {
  /**
   * The vectors of a few texts by a registered model, null for each that it may not be given; null: it may be given none of them, it failed, or there is
   * none of this name. Never throws.
   */
  readonly ask: (asker: EmbeddingAsker, model: string, texts: readonly string[]) => Promise<readonly (readonly number[] | null)[] | null>;
};

/** Embeds texts; null: the model failed, or may not be given any of them. */
export type Embedding = (asker: EmbeddingAsker, model: string | null, texts: readonly string[]) => Promise<Embedded | null>;

/** Texts of one call. */
const AT_ONCE = 64;

/** What a ranking by these vectors counts beside the ranking by words. */
export const weightOf = (space: string | null): number => (space === HASHED ? HASHED_WEIGHT : 1);

/** Fits the room to its ports. */
export function defineEmbedding({ ask }: EmbeddingPorts): Embedding {
  return async (asker, model, texts) => {
    if (model === null) return { space: HASHED, vectors: texts.map(hashedVector) };
    const vectors: (Int8Array | null)[] = [];
    for (let from = 0; from < texts.length; from += AT_ONCE) {
      const portion = texts.slice(from, from + AT_ONCE);
      const answered = await ask(asker, model, portion);
      if (answered === null || answered.length !== portion.length) return null;
      vectors.push(...answered.map((vector) => (vector === null ? null : quantise(vector))));
    }
    return { space: model, vectors };
  };
}
