/** Chats and embeddings of apps, fitted to the rooms around them. */
import { createHash } from "node:crypto";
import type { CallMemory } from "../../core/chat/call-memory.ts";
import { type InspectText, inspectText } from "../../core/guardrail/inspect-text.ts";
import { rulesOfOrg } from "../../core/guardrail/rules/merge.ts";
import { openStream } from "../../core/guardrail/stream/open-stream.ts";
import { defineChat } from "../chat/chat.ts";
import type { ChatPort } from "../chat/ports.ts";
import { defineGuard } from "../guardrail/guard.ts";
import { memoised } from "../guardrail/memo.ts";
import type { Guard } from "../guardrail/ports.ts";
import type { Rooms } from "./rooms.ts";

/** docs/contract.md, "Workflows": 120 s for an attempt of a model. */
const TIMEOUTS = { attemptMs: 120_000, idleMs: 30_000, streamMs: 600_000, watchMs: 5_000 };

/** Chats and embeddings, ready for the edge. */
export function buildChat(rooms: Rooms): ChatPort {
  const { stops, store, broker, authority, models, answers, modelGateway, governed, moderate } = rooms;
  const { now, random, log } = rooms.outside;
  const inspect = memoised(inspectText, (text) => createHash("sha256").update(text).digest("base64"));
  return defineChat({
    now,
    random,
    log,
    timeouts: TIMEOUTS,
    mintRunId: broker.mintRunId,
    guardOver: (memory) => guardOver(memory, inspect),
    openText: openStream,
    stops: () => stops.stops(),
    authorize: authority.authorize,
    models,
    governed,
    kept: answers,
    rules: async (org) => rulesOfOrg((await store.orgs.settings(org)).guardrails),
    sharesAnswers: async (org) => (await store.orgs.settings(org)).kept_answers === "shared",
    upstream: modelGateway,
    moderate,
    record: (org, record) => store.audit.record(org, record),
  });
}

/** The pipeline that runs use, with the memory of one call in the vault's place. */
export const guardOver = (memory: CallMemory, inspect?: InspectText): Guard =>
  defineGuard({
    ...(inspect === undefined ? {} : { inspect }),
    vault: {
      assign: async (_org, { origin, values }) => values.map(({ type, value }) => memory.assign(type, value, origin)),
      open: async (_org, { placeholders, inputOnly }) => placeholders.map((placeholder) => memory.valueOf(placeholder, inputOnly)),
    },
  });
