/** Collections of documents: who may set, fill, search and empty them. Rights are looked at in each request, document by document. */
import { createHash } from "node:crypto";
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import { isOnePerson } from "../../core/access/person.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { MOST_NAMES, unknownName } from "../../core/errors/unknown-name.ts";
import { rulesOfOrg } from "../../core/guardrail/rules/merge.ts";
import { mintId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { type Collection, type CollectionChange, changedSettings, embeddedClass } from "../../core/knowledge/collection.ts";
import { documentView, type Metadata } from "../../core/knowledge/document.ts";
import { type Allow, mayRead, type Reader } from "../../core/knowledge/rights.ts";
import type { Filter, SearchMode } from "../../core/knowledge/search.ts";
import { whyNotGiven } from "../../core/model/route.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Searched } from "../knowledge/knowledge.ts";
import { denied, onRecordIfOnePerson } from "./access.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { ingest, planOf } from "./ingest.ts";
import { keptText } from "./kept-text.ts";
import { barredFromCollection } from "./knowledge-policy.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

const DAY_MS = 86_400_000;
/** How often a change of a collection is tried while others change it. */
const MOST_ATTEMPTS = 10;

/** A document as it is sent. */
export type Upload = {
  readonly id: string | null;
  readonly title: string;
  /** Either a text or the bytes of a file. */
  readonly text: string | null;
  readonly file: Uint8Array | null;
  readonly source: string | null;
  /** null: whoever may read the collection; undefined: as the revision before it, and null where there is none. */
  readonly allow: Allow | undefined;
  readonly metadata: Metadata;
  readonly expiresAt: EpochMs | null;
};

/** What is searched for. */
export type SearchCommand = { readonly query: string; readonly k: number; readonly mode: SearchMode; readonly filter: Filter };

type DocumentView = ReturnType<typeof documentView>;

const readerOf = ({ principal }: Requester): Reader => ({ user: principal.user, roles: principal.roles });
/** The caller may read the collection, and the document in it. */
const readsBoth = ({ settings }: Collection, allow: Allow, by: Requester): boolean =>
  mayRead(settings.allow, readerOf(by)) && mayRead(allow, readerOf(by));
const askerOf = ({ principal: { org, user, roles }, trace: { traceId, spanId } }: Requester, names: boolean) =>
  ({ org, user, roles, workflow: "", soFar: NOTHING_YET, traceId, spanId, text: "raw", names }) as const;
const sha256 = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");

/** Makes the collection, or changes its settings. */
export async function putCollection(
  ports: UseCasePorts,
  by: Requester,
  name: string,
  change: CollectionChange,
): Promise<Result<Collection, Refusal>> {
  const { org } = by.principal;
  const refusal = (await denied(ports, by, "collection.write")) ?? (await barredFromCollection(ports, by, "knowledge.write", name));
  if (refusal !== null) return err(refusal);
  const embedder = change.embedding == null ? null : (await ports.store.models.list(org)).find(({ id }) => id === change.embedding);
  const refused = (message: string) => err(refuse("invalid_request", "the body is invalid", [{ path: "/embedding", message }]));
  if (embedder === undefined) return refused(`there is no model \`${String(change.embedding).slice(0, 100)}\` in this org`);
  const requirements = embedder === null ? {} : (await ports.store.orgs.settings(org)).models;
  const description = change.description == null ? ok(change.description) : keptText(ports, change.description, "/description");
  if (!description.ok) return description;
  const kept = { ...change, description: description.value };
  // A concurrent change may have set other fields: keep them, and apply ours on top.
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const before = await ports.store.collections.get(org, name);
    const settings = changedSettings(before?.settings ?? null, kept);
    const { sensitivity, allow } = settings;
    // A class that is raised later is taken all the same: documents are indexed without vectors then.
    const unfit = embedder === null ? null : whyNotGiven(embedder, embeddedClass(settings), requirements);
    if (unfit !== null) return refused(`the model may not be given the texts and questions of the collection: ${unfit.why}`);
    const data = { sensitivity, allow: allow === null ? null : { ...allow }, embedding: settings.embedding } as Json;
    const fact = { type: "collection.set", action: "collection.write", resource: `collection/${name}`, decision: "allow", data } as const;
    const id = mintId("col", by.at, ports.random(10));
    const put = await ports.store.collections.put({ org, name, id, settings }, before, auditRecord(ports, by, fact));
    if (put !== null) return ok(put);
  }
  return err(refuse("conflict", "others are changing this collection just now; send the request again"));
}

/** A page of the collections that the caller may read or manages. */
export async function listCollections(ports: UseCasePorts, by: Requester, page: PageRequest): Promise<Page<Collection>> {
  const { data, next_cursor } = await ports.store.collections.list(by.principal.org, page);
  const all = await manages(ports, by);
  return { data: data.filter((one) => all || mayRead(one.settings.allow, readerOf(by))), next_cursor };
}

/** The collection, where the caller may read or manages it. */
export async function findCollection(ports: UseCasePorts, by: Requester, name: string): Promise<Result<Collection, Refusal>> {
  const found = await ports.store.collections.get(by.principal.org, name);
  if (found !== null && (mayRead(found.settings.allow, readerOf(by)) || (await manages(ports, by)))) return ok(found);
  const known = (await listCollections(ports, by, { limit: MOST_NAMES, cursor: null })).data;
  return err(
    unknownName(
      "collection",
      name,
      known.map((one) => one.name),
    ),
  );
}

/** When this answers, no search finds anything of it, and none of its documents is stored. */
export async function deleteCollection(ports: UseCasePorts, by: Requester, name: string): Promise<Result<void, Refusal>> {
  const refusal = (await denied(ports, by, "collection.write")) ?? (await barredFromCollection(ports, by, "knowledge.write", name));
  if (refusal !== null) return err(refusal);
  const found = await findCollection(ports, by, name);
  if (!found.ok) return found;
  const { org, id } = found.value;
  // The documents first: what is cut short leaves an empty collection, which can be deleted again.
  await ports.knowledge.close(found.value);
  const fact = { type: "collection.deleted", action: "collection.write", resource: `collection/${name}`, decision: "allow" } as const;
  await ports.store.collections.remove(org, name, id, auditRecord(ports, by, fact));
  return ok(undefined);
}

/** Checks a document and stores it as a new revision. The same request again makes none. */
export async function uploadDocument(
  ports: UseCasePorts,
  by: Requester,
  name: string,
  upload: Upload,
  repeat: Repeatable,
): Promise<Result<{ readonly view: DocumentView; readonly replayed: boolean }, Refusal>> {
  const refusal = (await denied(ports, by, "collection.write")) ?? (await barredFromCollection(ports, by, "knowledge.write", name));
  if (refusal !== null) return err(refusal);
  const found = await findCollection(ports, by, name);
  if (!found.ok) return found;
  const collection = found.value;
  const facts = keptFacts(ports, upload);
  if (!facts.ok) return facts;
  const claimed = await claim<"accepted">(ports, by, repeat, upload.id ?? mintId("doc", by.at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id: document, replayed, settle, release } = claimed.value;
  if (replayed !== null) {
    const kept = await ports.knowledge.read(collection, document, null);
    if (kept !== null) return ok({ view: documentView(name, kept.newest, kept.serving, true), replayed: true });
  }
  if (upload.expiresAt !== null && upload.expiresAt <= by.at) {
    await release();
    return err(
      refuse("invalid_request", "the body is invalid", [
        { path: "/expires_at", message: "is in the past: the document would never be found" },
      ]),
    );
  }
  const before = upload.allow === undefined && upload.id !== null ? await ports.knowledge.read(collection, document, null) : null;
  const allow = upload.allow === undefined ? (before?.newest.allow ?? null) : upload.allow;
  const { user, root } = by.principal;
  const { retention_days: days } = collection.settings;
  const latest = days === null ? null : by.at + days * DAY_MS;
  const expiresAt = upload.expiresAt === null ? latest : Math.min(upload.expiresAt, latest ?? Number.POSITIVE_INFINITY);
  const hash = sha256(upload.file ?? upload.text ?? "");
  const identity = sha256(
    canonicalJson({
      ...upload,
      allow,
      file: null,
      ...(upload.file === null ? {} : { text: hash }),
      id: document,
      embedding: collection.settings.embedding,
      chunk: { ...collection.settings.chunk },
    } as unknown as Json),
  );
  const draft = {
    ...facts.value,
    document,
    identity,
    hash,
    allow,
    expiresAt,
    by: { user, root },
    at: by.at,
    sent: upload.file ?? upload.text ?? "",
  };
  const { revision, chunks } = await ingest(ports, collection, draft, readsBoth(collection, allow, by));
  const { status, media, findings } = revision;
  const data = { document, status, hash, media, chunks, findings: findings.map(({ type, count }) => ({ type, count })) };
  const resource = `collection/${name}/${document}`;
  const record = auditRecord(ports, by, {
    type: "document.uploaded",
    action: "collection.write",
    resource,
    decision: status === "refused" ? "deny" : "allow",
    data,
  });
  const stored = await ports.knowledge.put(collection, revision, planOf(collection, by), chunks, record);
  if (stored === "closed" || stored === "too_many_rights") {
    await release();
    return err(
      stored === "closed"
        ? unknownName("collection", name, [])
        : refuse("conflict", "the collection has documents with too many different sets of readers; use roles, or another collection"),
    );
  }
  await settle("accepted");
  return ok({ view: documentView(name, stored.newest, stored.serving, true), replayed: false });
}

/** Newest revisions by the documents' names: of all documents for whoever manages the collection, else of those that the caller may read. */
export async function listDocuments(
  ports: UseCasePorts,
  by: Requester,
  name: string,
  after: string | null,
  limit: number,
): Promise<Result<DocumentView[], Refusal>> {
  const found = await findCollection(ports, by, name);
  if (!found.ok) return found;
  const reader = (await manages(ports, by)) ? null : readerOf(by);
  const documents = await ports.knowledge.list(found.value, after, limit, reader);
  return ok(documents.map(({ newest, serving }) => documentView(name, newest, serving, readsBoth(found.value, newest.allow, by))));
}

/** The newest revision, with the text that searches find where the caller may read it. */
export async function readDocument(
  ports: UseCasePorts,
  by: Requester,
  name: string,
  document: string,
): Promise<Result<DocumentView & { readonly text: string | null }, Refusal>> {
  const found = await findCollection(ports, by, name);
  if (!found.ok) return found;
  const reader = (await manages(ports, by)) ? null : readerOf(by);
  const read = await ports.knowledge.read(found.value, document, reader);
  if (read === null) return err(unknownName("document", document, []));
  const mine = mayRead(found.value.settings.allow, readerOf(by));
  const text = mine ? await ports.knowledge.text(found.value, document, readerOf(by)) : null;
  return ok({ ...documentView(name, read.newest, read.serving, readsBoth(found.value, read.newest.allow, by)), text });
}

/** When this answers, no search finds anything of the document, and nothing of its text is stored. */
export async function deleteDocument(ports: UseCasePorts, by: Requester, name: string, document: string): Promise<Result<void, Refusal>> {
  const refusal = (await denied(ports, by, "collection.write")) ?? (await barredFromCollection(ports, by, "knowledge.write", name));
  if (refusal !== null) return err(refusal);
  const found = await findCollection(ports, by, name);
  if (!found.ok) return found;
  const fact = {
    type: "document.deleted",
    action: "collection.write",
    resource: `collection/${name}/${document}`,
    decision: "allow",
  } as const;
  const removed = await ports.knowledge.remove(found.value, document, auditRecord(ports, by, fact));
  return removed ? ok(undefined) : err(unknownName("document", document, []));
}

/** Lets searches find a document that waits in quarantine, by somebody else than its uploader. */
export async function releaseDocument(
  ports: UseCasePorts,
  by: Requester,
  name: string,
  document: string,
  sentReason: string,
): Promise<Result<DocumentView, Refusal>> {
  const { user, root } = by.principal;
  const refusal = (await denied(ports, by, "collection.release")) ?? (await barredFromCollection(ports, by, "knowledge.write", name));
  if (refusal !== null) return err(refusal);
  const found = await ports.store.collections.get(by.principal.org, name);
  const held = found === null ? null : await ports.knowledge.held(found, document);
  if (found === null)
    return findCollection(ports, by, name).then((missing) => (missing.ok ? err(unknownName("collection", name, [])) : missing));
  if (held === null) return err(unknownName("document", document, []));
  if (held.status !== "quarantined") return err(refuse("conflict", `the document is not in quarantine: it is \`${held.status}\``));
  const resource = `collection/${name}/${document}`;
  if (isOnePerson(held.by, { user, root })) {
    const why = "whoever uploaded this document cannot release it, nor can a key that leads back to the same person: somebody else has to";
    return err(await onRecordIfOnePerson(ports, by, "collection.release", resource, refuse("second_person_required", why)));
  }
  const reason = keptText(ports, sentReason, "/reason");
  if (!reason.ok) return reason;
  const data = { document, revision: held.revision, hash: held.hash, uploaded_by: held.by.user, reason: reason.value };
  const record = auditRecord(ports, by, { type: "document.released", action: "collection.release", resource, decision: "allow", data });
  const released = await ports.knowledge.release(found, held, planOf(found, by), { by: user, at: by.at }, record);
  if (released === null) return err(refuse("conflict", "a newer revision has taken this one's place, or somebody released it just now"));
  return ok(documentView(name, released.newest, released.serving, readsBoth(found, released.newest.allow, by)));
}

/** The caller's top results: what they may not read influences nothing of them. */
export async function searchCollection(
  ports: UseCasePorts,
  by: Requester,
  name: string,
  command: SearchCommand,
): Promise<Result<Searched, Refusal>> {
  const refusal = await denied(ports, by, "collection.search");
  if (refusal !== null) return err(refusal);
  const found = await findCollection(ports, by, name);
  if (!found.ok) return found;
  if (!mayRead(found.value.settings.allow, readerOf(by)))
    return err(refuse("forbidden", "this caller is not among the collection's readers"));
  const barred = await barredFromCollection(ports, by, "knowledge.search", name);
  if (barred !== null) return err(barred);
  const { names } = rulesOfOrg((await ports.store.orgs.settings(by.principal.org)).guardrails).input;
  return ok(await ports.knowledge.search(found.value, { ...command, reader: readerOf(by), asker: askerOf(by, names) }));
}

/** Whoever fills collections sees which documents there are; their text is for readers. */
const manages = async (ports: UseCasePorts, { principal }: Requester): Promise<boolean> =>
  ports.access.decide(principal, "collection.write", { type: "collection", org: principal.org, owner: principal.user, attributes: {} })
    .decision === "allow";

/**
 * Title, source and facts without personal data; an instruction in one of them is refused. In a title personal data is replaced. A fact is compared and
 * a source is followed: replaced they would be the same for everybody or lead nowhere, so both are refused.
 */
function keptFacts(ports: UseCasePorts, upload: Upload): Result<Pick<Upload, "title" | "source" | "metadata">, Refusal> {
  const { source, metadata } = upload;
  const flaws = [
    ...(source === null ? [] : flawsOf(ports, "source", withoutHost(source), "/source")),
    ...Object.entries(metadata).flatMap(([key, value]) => flawsOf(ports, key, String(value), `/metadata/${key}`)),
  ];
  const instruction = flaws.find(({ isInstruction }) => isInstruction);
  if (instruction !== undefined)
    return err(refuse("injection_detected", "the content was refused", [{ path: instruction.path, message: "was refused" }]));
  if (flaws.length > 0)
    return err(
      refuse(
        "invalid_request",
        "the body is invalid",
        flaws.map(({ path, message }) => ({ path, message })),
      ),
    );
  return ok({ title: ports.guard.scrub(upload.title).text, source, metadata });
}

/** The name tells what the value is: `version: 1.2.3.4` is no address. */
function flawsOf(ports: UseCasePorts, name: string, value: string, path: string) {
  const text = `${name}: ${value}`;
  const scrubbed = ports.guard.scrub(text);
  const message =
    "holds what is replaced in texts (personal data, an address of a machine or a wallet, a secret, a placeholder): send an opaque id";
  if (scrubbed.verdict === "block") return [{ path, message, isInstruction: true }];
  return scrubbed.text === text ? [] : [{ path, message, isInstruction: false }];
}

/** The machine that serves a document is nobody's: its address is no personal data. */
const withoutHost = (source: string): string => source.replace(/^https?:\/\/[^/?#]*/i, "");
