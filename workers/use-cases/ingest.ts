/**
 * A document on its way into a collection: everything that is looked at before anything of it is stored, then its pieces. Personal data is
 * replaced for good, an instruction or too many of them put it into quarantine, and what is no text of an allowed source is refused.
 */
import { isInstruction } from "../../core/guardrail/finding.ts";
import { inspectLong, isPlaceholderType } from "../../core/guardrail/pipeline.ts";
import { fillPlaceholders } from "../../core/guardrail/placeholder.ts";
import { TITLE_WEIGHT } from "../../core/knowledge/bm25.ts";
import { flawOfSource, flawOfText, instructionDensity } from "../../core/knowledge/checks.ts";
import { chunksOf } from "../../core/knowledge/chunk.ts";
import type { Collection } from "../../core/knowledge/collection.ts";
import type { DocumentFinding, NewRevision, StoredChunk } from "../../core/knowledge/document.ts";
import { rightsKey } from "../../core/knowledge/rights.ts";
import { termsOf } from "../../core/knowledge/terms.ts";
import { turn } from "../../kit/turn.ts";
import type { EmbeddingAsker } from "../embedding/embedding.ts";
import type { UseCasePorts } from "./ports.ts";

/** What a document says of itself, its title and facts without personal data. */
export type Draft = Pick<
  NewRevision,
  "document" | "identity" | "hash" | "title" | "source" | "allow" | "metadata" | "expiresAt" | "by" | "at"
> & {
  /** As it was sent. */
  readonly sent: string;
};

type Judged = Pick<NewRevision, "status" | "text" | "findings">;

/** The revision as it is to be stored. */
export async function ingest(
  ports: Pick<UseCasePorts, "knowledge">,
  collection: Collection,
  { sent, ...draft }: Draft,
  asker: EmbeddingAsker,
): Promise<NewRevision> {
  const judged = await judge(collection, draft, sent);
  const twin =
    judged.status === "refused" ? null : await ports.knowledge.holderOf(collection, draft.hash, rightsKey(draft.allow), draft.document);
  if (twin !== null) {
    const duplicate = { type: "duplicate", count: 1, message: `the document \`${twin}\` has the same text and the same readers` };
    return { ...draft, ...judged, status: "refused", findings: [...judged.findings, duplicate], chunks: [], space: null };
  }
  if (judged.status !== "ready") return { ...draft, ...judged, chunks: [], space: null };
  const { chunks, space } = await pieces(ports, collection, draft.title, judged.text, asker);
  const flaw = { type: "embedding", count: chunks.length, message: "the embedding model failed: the document is found by its words alone" };
  return { ...draft, ...judged, findings: space === null ? [...judged.findings, flaw] : judged.findings, chunks, space };
}

/** The chunks of a text with their terms and vectors. `space` null: the model failed, and there are no vectors. */
export async function pieces(
  { knowledge }: Pick<UseCasePorts, "knowledge">,
  { settings }: Collection,
  title: string,
  text: string,
  asker: EmbeddingAsker,
): Promise<{ readonly chunks: readonly StoredChunk[]; readonly space: string | null }> {
  const cut = chunksOf(text, settings.chunk);
  const texts = cut.map(({ start, end }) => `${title}\n${text.slice(start, end)}`);
  const embedded = await knowledge.embed(asker, settings.embedding, texts);
  const heading = Array.from({ length: TITLE_WEIGHT }, () => termsOf(title)).flat();
  const chunks = cut.map(({ start, end, section }, at) => ({
    start,
    end,
    section,
    terms: [...heading, ...termsOf(text.slice(start, end))],
    vector: embedded?.vectors[at] ?? null,
  }));
  return { chunks, space: embedded?.space ?? null };
}

async function judge({ settings }: Collection, { title, source }: Pick<Draft, "title" | "source">, sent: string): Promise<Judged> {
  const flaws = [flawOfText(sent), flawOfSource(source, settings.sources)].filter((flaw) => flaw !== null);
  if (flaws.length > 0) return { status: "refused", text: "", findings: flaws };
  const { verdict, findings, redacted } = await inspectLong(sent, "tool_output", turn);
  // Whatever has a placeholder's form would be one in a run that reads it.
  const text = fillPlaceholders(redacted, (placeholder) => `[${placeholder.slice(2, -2)}]`);
  const personal = Map.groupBy(
    findings.filter(({ type }) => type !== "LITERAL" && isPlaceholderType(type)),
    ({ type }) => type,
  );
  const told: DocumentFinding[] = [...personal].map(([type, found]) => ({
    type,
    count: found.length,
    message: "personal data was replaced for good",
  }));
  const instructions = findings.filter(isInstruction).length;
  const titleVerdict = (await inspectLong(title, "tool_output", turn)).verdict;
  const isAttack = verdict === "block" || titleVerdict === "block";
  const dense = instructionDensity(sent);
  if (instructions > 0 || isAttack)
    told.push({ type: "injection", count: Math.max(1, instructions), message: "reads like an instruction to an assistant" });
  if (dense !== null) told.push(dense);
  return { status: isAttack || dense !== null ? "quarantined" : "ready", text, findings: told };
}
