/**
 * A document on its way into a collection: everything that is looked at before anything of it is stored. Personal data is replaced for
 * good, an instruction or too many of them put it into quarantine, and what is no text of an allowed source is refused.
 */
import { isInstruction } from "../../core/guardrail/finding.ts";
import { inspectLong, isPlaceholderType } from "../../core/guardrail/pipeline.ts";
import { fillPlaceholders } from "../../core/guardrail/placeholder.ts";
import { flawOfSource, flawOfText, instructionDensity } from "../../core/knowledge/checks.ts";
import { chunksOf } from "../../core/knowledge/chunk.ts";
import type { Collection } from "../../core/knowledge/collection.ts";
import type { DocumentFinding, IndexPlan, NewRevision } from "../../core/knowledge/document.ts";
import { rightsKey } from "../../core/knowledge/rights.ts";
import { turn } from "../../kit/turn.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

/** What a document says of itself, its title and facts without personal data. */
export type Draft = Pick<
  NewRevision,
  "document" | "identity" | "hash" | "media" | "title" | "source" | "allow" | "metadata" | "expiresAt" | "by" | "at"
> & {
  /** As it was sent. */
  readonly sent: string;
};

type Judged = Pick<NewRevision, "status" | "text" | "findings">;

/** Chunks of one document: a shard has room for half as many. */
const MOST_CHUNKS = 25_000;

/** The revision as it is to be stored, and how many chunks it will have. */
export async function ingest(
  { knowledge }: Pick<UseCasePorts, "knowledge">,
  collection: Collection,
  { sent, ...draft }: Draft,
): Promise<{ readonly revision: NewRevision; readonly chunks: number }> {
  const judged = await judge(collection, draft, sent);
  const refused = (flaw: DocumentFinding) => ({
    revision: { ...draft, ...judged, status: "refused" as const, text: "", findings: [...judged.findings, flaw] },
    chunks: 0,
  });
  if (judged.status === "refused") return { revision: { ...draft, ...judged }, chunks: 0 };
  const twin = await knowledge.holderOf(collection, draft.hash, rightsKey(draft.allow), draft.document);
  if (twin !== null)
    return refused({ type: "duplicate", count: 1, message: `the document \`${twin}\` has the same text and the same readers` });
  const chunks = chunksOf(judged.text, collection.settings.chunk).length;
  if (chunks > MOST_CHUNKS) {
    const message = `the document has ${chunks} chunks, and one may have ${MOST_CHUNKS}: send it in parts, or let the collection have longer chunks`;
    return refused({ type: "too_many_chunks", count: chunks, message });
  }
  return { revision: { ...draft, ...judged }, chunks };
}

/** How the collection's documents are indexed now. */
export const planOf = ({ settings }: Collection, { principal, trace }: Requester): IndexPlan => ({
  chunk: settings.chunk,
  embedding: settings.embedding,
  asker: { user: principal.user, traceId: trace.traceId, spanId: trace.spanId },
});

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
  return { status: isAttack || dense !== null ? "quarantined" : "processing", text, findings: told };
}
