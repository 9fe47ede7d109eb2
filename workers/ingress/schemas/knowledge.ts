/** Shapes of requests and answers about knowledge, for the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import { ROLES } from "../../../core/access/principal.ts";
import { flawOfName, tellsOfPerson } from "../../../core/guardrail/pii/personal-name.ts";
import { MOST_RESULTS, SEARCH_MODES } from "../../../core/knowledge/search.ts";
import { flawOfSourceName } from "../../../core/knowledge/source.ts";
import { DATA_CLASSES } from "../../../core/label/label.ts";
import { instant, MODEL_PART, TOOL_NAME, userName } from "./names.ts";

const time = z.iso.datetime();
const sha256 = z.string().openapi({ description: "SHA-256, hex" });

/** A collection's name in a request: it has the form of a tool's. */
export const collectionName = z
  .string()
  .regex(TOOL_NAME, "is not the name of a collection: it has 1 to 63 of `a-z`, `0-9`, `.`, `_` and `-`, the first a letter or digit")
  .openapi({ example: "policies" });

/** A document's id in a request. */
export const documentId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "is not the id of a document: it has 1 to 128 letters, digits, `.`, `_` and `-`")
  .openapi({ example: "returns" });
const newDocumentId = documentId.superRefine((text, context) => {
  const personal = flawOfName(text);
  if (personal !== null) context.addIssue({ code: "custom", message: personal });
});

const Readers = z
  .strictObject({ roles: z.array(z.enum(ROLES)).max(10).optional(), users: z.array(userName).max(200).optional() })
  .refine(({ roles, users }) => (roles?.length ?? 0) + (users?.length ?? 0) > 0, "names no reader: leave it out for everybody in the org")
  .openapi("Readers", { description: "who may read: one of the roles or one of the users is enough" });

const host = z
  .string()
  .max(253)
  .regex(/^(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/, "is not a host");
const modelId = z
  .string()
  .refine((id) => id.split("/").length === 2 && id.split("/").every((part) => MODEL_PART.test(part)), "is not the id of a model");

/** The settings of a collection, as they are sent. */
export const CollectionBody = z
  .strictObject({
    description: z.string().max(2_000).nullish(),
    sensitivity: z.enum(DATA_CLASSES).nullish(),
    allow: Readers.nullish(),
    sources: z
      .array(host)
      .min(1)
      .max(100)
      .nullish()
      .openapi({ description: "hosts that documents may come from; a document then has to name its `source`" }),
    embedding: modelId.nullish().openapi({ description: "an embedding model of the org; without one an embedded default is used" }),
    chunk: z
      .strictObject({ tokens: z.number().int().min(20).max(2_000).default(300), overlap: z.number().int().min(0).max(500).optional() })
      .refine(({ tokens, overlap = 0 }) => overlap * 2 <= tokens, "`overlap` is at most half of `tokens`")
      .nullish()
      .openapi({ description: "in tokens; `overlap` is 40 where nobody says, or half of `tokens` where that is less" }),
    retention_days: z.number().int().min(1).max(3_650).nullish(),
  })
  .openapi("CollectionSettings");

const readersShown = z.object({ roles: z.array(z.string()).optional(), users: z.array(z.string()).optional() }).nullable();

/** A collection. */
export const CollectionShown = z
  .object({
    name: z.string(),
    description: z.string(),
    sensitivity: z.enum(DATA_CLASSES),
    allow: readersShown,
    sources: z.array(z.string()).nullable(),
    embedding: z.string().nullable(),
    chunk: z.object({ tokens: z.number().int(), overlap: z.number().int() }),
    retention_days: z.number().int().nullable(),
    created_at: time,
    updated_at: time,
  })
  .openapi("Collection");

const scalar = z.union([z.string().max(1_000), z.number(), z.boolean()]);
const factName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/, "is not the name of a fact");
/** Zod drops this key without a word: it is no name of a fact, and a filter that lost one would find too much. */
const withoutProto = (sent: unknown, context: z.RefinementCtx): unknown => {
  if (typeof sent === "object" && sent !== null && Object.hasOwn(sent, "__proto__"))
    context.addIssue({ code: "custom", path: ["__proto__"], message: "is not the name of a fact" });
  return sent;
};
/** Facts are compared: one that is replaced would be the same for different people. */
const withoutPersonalData = (facts: { readonly [name: string]: string | number | boolean }, context: z.RefinementCtx): void => {
  for (const [name, value] of Object.entries(facts))
    if (tellsOfPerson(name, "") || tellsOfPerson(String(value), name))
      context.addIssue({ code: "custom", path: [name], message: "holds personal data, which facts may not: send an opaque id" });
};

/** A document, as it is sent. */
export const DocumentBody = z
  .strictObject({
    id: newDocumentId.optional(),
    title: z.string().min(1).max(500),
    text: z.string().optional().openapi({ description: "plain text or Markdown; at most what a request may hold" }),
    file: z
      .strictObject({
        name: z.string().max(255).optional(),
        type: z.string().max(255).optional(),
        data: z
          .string()
          .regex(/^[A-Za-z0-9+/]*={0,2}$/, "is not base64")
          .openapi({ format: "byte" }),
      })
      .optional()
      .openapi({
        description: "instead of `text`: a file of text, Markdown, HTML, PDF or DOCX. What it is its bytes say, not `name` or `type`",
      }),
    source: z
      .string()
      .min(1)
      .max(2_000)
      .superRefine((text, check) => {
        const message = flawOfSourceName(text);
        if (message !== null) check.addIssue({ code: "custom", message });
      })
      .optional()
      .openapi({ example: "https://a.example/terms", description: "an http or https address, or a name of your own without a colon" }),
    allow: Readers.nullish(),
    metadata: z
      .preprocess(
        withoutProto,
        z
          .record(factName, scalar)
          .refine((facts) => Object.keys(facts).length <= 50, "has more than 50 facts")
          .superRefine(withoutPersonalData),
      )
      .optional(),
    expires_at: instant.optional(),
  })
  .superRefine(({ text, file }, context) => {
    const message = text === undefined ? "needs `text` or `file`" : "has both `text` and `file`: send one of them";
    if ((text === undefined) === (file === undefined)) context.addIssue({ code: "custom", message });
  })
  .openapi("NewDocument");

const Finding = z.object({ type: z.string(), count: z.number().int(), message: z.string() });

/** A document's newest revision. */
export const DocumentShown = z
  .object({
    id: z.string(),
    collection: z.string(),
    revision: z.number().int(),
    status: z.enum(["processing", "ready", "quarantined", "refused", "superseded"]),
    serving: z.number().int().nullable().openapi({ description: "the revision that searches find" }),
    title: z.string(),
    source: z.string().nullable(),
    allow: readersShown,
    metadata: z.record(z.string(), scalar),
    hash: sha256
      .nullable()
      .openapi({ description: "SHA-256 of the bytes that were sent, hex; null for whoever may not read the document" }),
    media_type: z.string().openapi({ description: "what was sent", example: "text/plain" }),
    chunks: z.number().int().openapi({ description: "those that are made so far" }),
    findings: z.array(Finding),
    uploaded_by: z.string(),
    released_by: z.string().nullable(),
    expires_at: time.nullable(),
    created_at: time,
  })
  .openapi("Document");

/** A document with the text that the places of results are places of. */
export const DocumentWithText = DocumentShown.extend({ text: z.string().nullable() }).openapi("DocumentWithText");

/** A search, as it is sent. */
export const SearchBody = z
  .strictObject({
    query: z.string().min(1).max(4_000),
    k: z.number().int().min(1).max(MOST_RESULTS).optional(),
    mode: z.enum(SEARCH_MODES).optional(),
    filter: z
      .preprocess(withoutProto, z.record(factName, z.union([scalar, z.array(scalar).min(1).max(50)])))
      .optional()
      .openapi({ description: "facts of the documents' `metadata` that results must have; of a list, one is enough" }),
  })
  .openapi("Search");

/** What a search found. */
export const SearchShown = z
  .object({
    results: z.array(
      z.object({
        document: z.string(),
        revision: z.number().int(),
        title: z.string(),
        source: z.string().nullable(),
        chunk: z.string().openapi({ description: "what a citation names", example: "returns@2#5" }),
        start: z.number().int().openapi({ description: "in UTF-16 units of the document's text" }),
        end: z.number().int(),
        section: z.array(z.string()),
        text: z.string(),
        score: z.number(),
        hash: sha256,
        why: z.object({ keyword_rank: z.number().int().nullable(), vector_rank: z.number().int().nullable() }),
      }),
    ),
    mode: z.enum(SEARCH_MODES),
    degraded: z.boolean().openapi({ description: "the embedding model failed: words alone ranked" }),
  })
  .openapi("SearchResults");
