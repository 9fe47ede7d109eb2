/** What is held of a person, and its erasure. */
import { z } from "@hono/zod-openapi";
import { Memory, Session } from "./memory-views.ts";
import { anyJson } from "./names.ts";
import { Feedback } from "./org-views.ts";
import { Review, Run, RunEvent } from "./views.ts";

const time = z.iso.datetime();

/** The erasure of a person. */
export const Erasure = z
  .object({
    id: z.string().openapi({ example: "era_01JCZ5M1R5T0000000000000ZZ" }),
    org: z.string(),
    status: z.enum(["running", "completed"]),
    asked_by: z.string(),
    asked_at: time,
    completed_at: time.nullable(),
    gone: z.array(z.object({ store: z.string(), entries: z.int() })).openapi({ description: "what is gone now, by store" }),
    runs_left: z.int().openapi({ description: "runs about the person whose content is still to go" }),
    within_30_days: z.array(z.object({ what: z.string(), by: z.string() })).openapi({ description: "copies that end by themselves" }),
    stays: z.array(z.object({ store: z.string(), why: z.string() })).openapi({ description: "what an erasure leaves" }),
  })
  .openapi("Erasure");

const texts = {
  texts: z.array(z.object({ sha256: z.string(), value: anyJson })).openapi({
    description:
      "what models and tools were asked and answered, each with the digest that its audit entry has; without the developer's instructions, schemas and tools where a person exports themselves",
  }),
  texts_cut: z.boolean().openapi({ description: "there are more texts than fit" }),
};

/** What is held of a person. */
export const PersonExport = z
  .object({
    subject: z.string(),
    org: z.string(),
    generated_at: time,
    values: z.enum(["all", "from_input"]).openapi({
      description:
        "`from_input`: a person asks for themselves; what tools and models brought may be other people's and stays a placeholder",
    }),
    pseudonym: z
      .string()
      .nullable()
      .openapi({ description: "by which the audit log knows the person; null: it has no entry of version 2 about them" }),
    runs: z.array(z.object({ run: Run, events: z.array(RunEvent), reviews: z.array(Review), feedback: z.array(Feedback), ...texts })),
    calls: z.array(z.object({ id: z.string(), ...texts })).openapi({
      description: "chats, embeddings and other calls that belong to no run; what stood in place of their placeholders was never kept",
    }),
    memories: z.array(Memory).openapi({ description: "what is remembered of the person" }),
    sessions: z.array(Session).openapi({ description: "what was said in the person's sessions" }),
    feedback: z.array(Feedback).openapi({ description: "what the person said of runs" }),
    erasure: z.union([Erasure, z.null()]),
    next_cursor: z.string().nullable().openapi({ description: "`?cursor=` for the next runs; null: these were the last" }),
  })
  .openapi("PersonExport");
