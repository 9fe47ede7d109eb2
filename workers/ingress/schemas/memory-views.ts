/** Memories and sessions as answers show them. */
import { z } from "@hono/zod-openapi";
import { DATA_CLASSES } from "../../../core/label/label.ts";
import { MEMORY_SOURCES, MEMORY_TIERS } from "../../../core/memory/memory.ts";

const time = z.iso.datetime();
const tier = z.enum(MEMORY_TIERS);
const sensitivity = z.enum(DATA_CLASSES);

/** `GET /v1/memories`. */
export const Memory = z
  .object({
    id: z.string(),
    subject: z.string(),
    tier,
    text: z.string(),
    pinned: z.boolean(),
    sensitivity,
    source: z.enum(MEMORY_SOURCES),
    author: z
      .string()
      .openapi({ description: "the user who said it; of a key that another person made, that person; of a run's, who started the run" }),
    run: z.string().optional().openapi({ description: "the run that stored it" }),
    trust: z.enum(["trusted", "untrusted"]),
    status: z.enum(["active", "quarantined"]),
    fact: z.object({ subject: z.literal("person"), predicate: z.string(), object: z.string(), confidence: z.number() }).optional(),
    superseded_by: z.string().optional().openapi({ description: "the newer fact that closed this one" }),
    closed_at: time.nullable().optional(),
    created_at: time,
    updated_at: time,
    expires_at: time,
  })
  .openapi("Memory");

/** `GET /v1/sessions/{id}`. */
export const Session = z
  .object({
    id: z.string(),
    subject: z.string(),
    messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string(), run: z.string(), at: time })),
    summary: z
      .object({ text: z.string(), messages: z.number().int() })
      .nullable()
      .openapi({ description: "what became of the oldest messages, and how many they were" }),
    runs: z
      .array(z.object({ run: z.string(), state: z.enum(["waiting", "speaking", "apart"]) }))
      .openapi({ description: "those under way, in their order; `apart`: it waits for a person, or did" }),
    created_at: time,
    updated_at: time,
    expires_at: time,
  })
  .openapi("Session");
