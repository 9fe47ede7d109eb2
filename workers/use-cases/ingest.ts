/**
 * A document on its way into a collection: everything that is looked at before anything of it is stored. Personal data is replaced for
 * good, an instruction or too many of them put it into quarantine, and what is no text of an allowed source is refused.
 */
import { isInstruction } from "../../core/guardrail/finding.ts";
import { inspectLong, isPlaceholderType } from "../../core/guardrail/pipeline.ts";
import { fillPlaceholders } from "../../core/guardrail/placeholder.ts";
import { flawOfSource, flawOfText, instructionDensityInTurns } from "../../core/knowledge/checks.ts";
import { chunksInTurns } from "../../core/knowledge/chunk.ts";
import { type Collection, embeddedClass } from "../../core/knowledge/collection.ts";
import type { DocumentFinding, IndexPlan, NewRevision } from "../../core/knowledge/document.ts";
import { withoutUnseenInTurns } from "../../core/knowledge/files/hidden.ts";
import type { FileText } from "../../core/knowledge/files/read-file.ts";
import { MEDIA } from "../../core/knowledge/files/sniff.ts";
import { rightsKey } from "../../core/knowledge/rights.ts";
import { ok } from "../../core/result.ts";
import { turn } from "../../kit/turn.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

/** What a document says of itself, its title and facts without personal data. */
export type Draft = Pick<
  NewRevision,
  "document" | "identity" | "hash" | "title" | "source" | "allow" | "metadata" | "expiresAt" | "by" | "at"
> & {
  /** As it was sent: a text, or a file. */
  readonly sent: string | Uint8Array;
};

type Judged = Pick<NewRevision, "status" | "text" | "findings" | "media">;

/** Chunks of one document: a shard has room for half as many. */
const MOST_CHUNKS = 25_000;

/** The revision as it is to be stored, and how many chunks it will have. `mayRead`: whoever sends it may read it, too. `pause`: lets others be served before a long text is read on. */
export async function ingest(
  { knowledge, readDocument }: Pick<UseCasePorts, "knowledge" | "readDocument">,
  collection: Collection,
  { sent, ...draft }: Draft,
  mayRead: boolean,
  pause: () => Promise<void> = turn,
): Promise<{ readonly revision: NewRevision; readonly chunks: number }> {
  const read =
    typeof sent === "string" ? ok({ media: MEDIA.text, text: sent, hidden: 0, doubtful: 0 }) : await readDocument(collection.org, sent);
  const judged: Judged = read.ok
    ? { media: read.value.media, ...(await judge(collection, draft, read.value, pause)) }
    : { media: read.error.media, status: "refused", text: "", findings: [{ type: "file", count: 1, message: read.error.message }] };
  const refused = (flaw: DocumentFinding) => ({
    revision: { ...draft, ...judged, status: "refused" as const, text: "", findings: [...judged.findings, flaw] },
    chunks: 0,
  });
  if (judged.status === "refused") return { revision: { ...draft, ...judged }, chunks: 0 };
  // Whoever may not read what they upload is not told that it is there already: they could guess texts.
  const twin = mayRead ? await knowledge.holderOf(collection, draft.hash, rightsKey(draft.allow), draft.document) : null;
  if (twin !== null)
    return refused({ type: "duplicate", count: 1, message: `the document \`${twin}\` has the same text and the same readers` });
  const chunks = (await chunksInTurns(judged.text, collection.settings.chunk, pause)).length;
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
  asker: { user: principal.user, traceId: trace.traceId, spanId: trace.spanId, roles: principal.roles },
  class: embeddedClass(settings),
});

async function judge(
  { settings }: Collection,
  { title, source }: Pick<Draft, "title" | "source">,
  { text: whole, hidden, doubtful }: FileText,
  pause: () => Promise<void>,
): Promise<Omit<Judged, "media">> {
  // What nobody sees goes first, so that it neither parts the words of an instruction nor is found.
  const { text: sent, dropped } = await withoutUnseenInTurns(whole, pause);
  const flaws = [flawOfText(sent), flawOfSource(source, settings.sources)].filter((flaw) => flaw !== null);
  if (flaws.length > 0) return { status: "refused", text: "", findings: flaws };
  const { verdict, findings, redacted } = await inspectLong(sent, "tool_output", pause);
  // Whatever has a placeholder's form would be one in a run that reads it.
  const text = fillPlaceholders(redacted, (placeholder) => `[${placeholder.slice(2, -2)}]`);
  const personal = Map.groupBy(
    findings.filter(({ type }) => type !== "LITERAL" && isPlaceholderType(type)),
    ({ type }) => type,
  );
  const unseen = hidden + dropped;
  const told: DocumentFinding[] =
    unseen === 0 ? [] : [{ type: "hidden", count: unseen, message: "characters that no reader sees were dropped" }];
  if (doubtful > 0)
    told.push({
      type: "maybe_hidden",
      count: doubtful,
      message: "characters that some readers may not see were kept, and are judged like all others",
    });
  const replaced: DocumentFinding[] = [...personal].map(([type, found]) => ({
    type,
    count: found.length,
    message: "personal data was replaced for good",
  }));
  told.push(...replaced);
  const instructions = findings.filter(isInstruction).length;
  const titleVerdict = (await inspectLong(title, "tool_output", pause)).verdict;
  const isAttack = verdict === "block" || titleVerdict === "block";
  const dense = await instructionDensityInTurns(sent, pause);
  if (instructions > 0 || isAttack)
    told.push({ type: "injection", count: Math.max(1, instructions), message: "reads like an instruction to an assistant" });
  if (dense !== null) told.push(dense);
  return { status: isAttack || dense !== null ? "quarantined" : "processing", text, findings: told };
}
