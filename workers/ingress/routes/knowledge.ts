/** `/v1/knowledge`: collections of documents, what is in them, and searches. */
import { z } from "@hono/zod-openapi";
import { type ChunkSize, DEFAULT_CHUNK } from "../../../core/knowledge/chunk.ts";
import { collectionView } from "../../../core/knowledge/collection.ts";
import type { Allow } from "../../../core/knowledge/rights.ts";
import { DEFAULT_RESULTS } from "../../../core/knowledge/search.ts";
import { ok } from "../../../core/result.ts";
import {
  deleteCollection,
  deleteDocument,
  findCollection,
  listCollections,
  listDocuments,
  putCollection,
  readDocument,
  releaseDocument,
  searchCollection,
  uploadDocument,
} from "../../use-cases/knowledge.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import {
  CollectionBody,
  CollectionShown,
  collectionName,
  DocumentBody,
  DocumentShown,
  DocumentWithText,
  documentId,
  SearchBody,
  SearchShown,
} from "../schemas/knowledge.ts";
import { reasonText } from "../schemas/names.ts";
import { idempotencyHeader, limit, pageOf, pageQuery } from "../schemas/requests.ts";

const collection = { collection: collectionName };
const document = { collection: z.string(), id: documentId };
const tag = "knowledge";

export function knowledgeRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "put",
      path: "/v1/knowledge/{collection}",
      operationId: "putCollection",
      tag,
      summary: "Makes a collection of documents, or changes the settings that are named; null resets one",
      action: "collection.write",
      params: collection,
      body: CollectionBody,
      answers: { 200: { description: "the collection", schema: CollectionShown } },
      refusals: ["conflict", "injection_detected", "policy_denied"],
      async handle(call) {
        const { allow, chunk, ...rest } = call.body;
        const change = { ...rest, allow: allow as Allow | undefined, chunk: chunk == null ? chunk : sizeOf(chunk) };
        const kept = await putCollection(ports, call, call.params.collection, change);
        return kept.ok ? reply(200, collectionView(kept.value)) : kept;
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/knowledge",
      operationId: "listCollections",
      tag,
      summary: "Lists the collections that the caller may read or manages, by name",
      action: "collection.read",
      query: pageQuery,
      answers: { 200: { description: "a page of collections", schema: listOf(CollectionShown) } },
      async handle(call) {
        const { data, next_cursor } = await listCollections(ports, call, pageOf(call.query));
        return reply(200, { data: data.map(collectionView), next_cursor });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/knowledge/{collection}",
      operationId: "getCollection",
      tag,
      summary: "Returns a collection's settings",
      action: "collection.read",
      params: { collection: z.string() },
      answers: { 200: { description: "the collection", schema: CollectionShown } },
      async handle(call) {
        const found = await findCollection(ports, call, call.params.collection);
        return found.ok ? reply(200, collectionView(found.value)) : found;
      },
    }),
    endpoint({
      method: "delete",
      path: "/v1/knowledge/{collection}",
      operationId: "deleteCollection",
      tag,
      summary: "Deletes a collection with its documents; once this has answered, nothing of them is stored",
      action: "collection.write",
      params: { collection: z.string() },
      answers: { 204: { description: "deleted" } },
      refusals: ["policy_denied"],
      async handle(call) {
        const deleted = await deleteCollection(ports, call, call.params.collection);
        return deleted.ok ? reply(204, undefined) : deleted;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/knowledge/{collection}/documents",
      operationId: "uploadDocument",
      tag,
      summary: "Checks a document and takes it; the same id again is a new revision",
      action: "collection.write",
      params: { collection: z.string() },
      headers: idempotencyHeader,
      body: DocumentBody,
      bodyForm: { file: new Set(["allow", "metadata"]) },
      answers: {
        202: {
          description: "the document as it is now: `ready`, `processing` (a long one: it is `ready` soon), `quarantined` or `refused`",
          schema: DocumentShown,
        },
      },
      refusals: ["conflict", "idempotency_key_reused", "injection_detected", "policy_denied"],
      async handle(call) {
        const { id = null, title, text = null, file, source = null, allow, metadata = {}, expires_at } = call.body;
        const expiresAt = expires_at === undefined ? null : Date.parse(expires_at);
        const bytes = file === undefined ? null : new Uint8Array(Buffer.from(file.data, "base64"));
        const upload = { id, title, text, file: bytes, source, allow: allow as Allow | undefined, metadata, expiresAt };
        const taken = await uploadDocument(ports, call, call.params.collection, upload, repeatable(call, call.body));
        if (!taken.ok) return taken;
        return ok(replyOf({ outcome: "accepted" as const, replayed: taken.value.replayed }, taken.value.view));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/knowledge/{collection}/documents",
      operationId: "listDocuments",
      tag,
      summary: "Lists documents by id: those that the caller may read, or all for whoever manages the collection",
      action: "collection.read",
      params: { collection: z.string() },
      query: { limit, cursor: documentId.optional() },
      answers: { 200: { description: "a page of documents", schema: listOf(DocumentShown) } },
      async handle(call) {
        const page = pageOf(call.query);
        const found = await listDocuments(ports, call, call.params.collection, page.cursor, page.limit + 1);
        if (!found.ok) return found;
        const data = found.value.slice(0, page.limit);
        return reply(200, { data, next_cursor: found.value.length > page.limit ? (data.at(-1)?.id ?? null) : null });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/knowledge/{collection}/documents/{id}",
      operationId: "getDocument",
      tag,
      summary: "Returns a document's newest revision, with its text where the caller may read it",
      action: "collection.read",
      params: document,
      answers: { 200: { description: "the document", schema: DocumentWithText } },
      async handle(call) {
        const found = await readDocument(ports, call, call.params.collection, call.params.id);
        return found.ok ? reply(200, found.value) : found;
      },
    }),
    endpoint({
      method: "delete",
      path: "/v1/knowledge/{collection}/documents/{id}",
      operationId: "deleteDocument",
      tag,
      summary: "Deletes a document; no search finds it once this has answered",
      action: "collection.write",
      params: document,
      answers: { 204: { description: "deleted" } },
      refusals: ["policy_denied"],
      async handle(call) {
        const deleted = await deleteDocument(ports, call, call.params.collection, call.params.id);
        return deleted.ok ? reply(204, undefined) : deleted;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/knowledge/{collection}/documents/{id}/release",
      operationId: "releaseDocument",
      tag,
      summary: "Lets searches find a document that is in quarantine; not by who uploaded it",
      action: "collection.release",
      params: document,
      body: z.strictObject({ reason: reasonText }).openapi("ReleaseDocument"),
      answers: { 200: { description: "the document, ready", schema: DocumentShown } },
      refusals: ["conflict", "second_person_required", "injection_detected", "policy_denied"],
      async handle(call) {
        const released = await releaseDocument(ports, call, call.params.collection, call.params.id, call.body.reason);
        return released.ok ? reply(200, released.value) : released;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/knowledge/{collection}/search",
      operationId: "searchCollection",
      tag,
      summary: "Searches the documents that the caller may read",
      action: "collection.search",
      params: { collection: z.string() },
      body: SearchBody,
      answers: { 200: { description: "the best chunks", schema: SearchShown } },
      refusals: ["policy_denied"],
      async handle(call) {
        const { query, k = DEFAULT_RESULTS, mode = "hybrid", filter = {} } = call.body;
        const lists = Object.fromEntries(Object.entries(filter).map(([name, values]) => [name, Array.isArray(values) ? values : [values]]));
        const found = await searchCollection(ports, call, call.params.collection, { query, k, mode, filter: lists });
        return found.ok ? reply(200, found.value) : found;
      },
    }),
  ];
}

/** The size with its defaults. */
function sizeOf({ tokens, overlap }: { readonly tokens: number; readonly overlap?: number | undefined }): ChunkSize {
  return { tokens, overlap: overlap ?? Math.min(DEFAULT_CHUNK.overlap, Math.floor(tokens / 2)) };
}
