/** Kept answers of models and tools, fitted to the rooms around them. */
import { createHash } from "node:crypto";
import { guardVersion } from "../../core/cache/guard-version.ts";
import type { Grounds } from "../../core/cache/identity.ts";
import type { Access } from "../access/access.ts";
import { defineAnswerCache } from "../answer-cache/answer-cache.ts";
import { defineEmbed } from "../answer-cache/embed.ts";
import { type KeptValues, subjectTag } from "../answer-cache/kept-values.ts";
import type { AnswerCachePorts } from "../answer-cache/ports.ts";
import type { CredentialBroker } from "../credential-broker/credential-broker.ts";
import { defineAskModel } from "../embedding/ask-model.ts";
import { defineEmbeddingCalls, type EmbedTexts } from "../governed-call/embedding-call.ts";
import type { OpenGovernedCall } from "../governed-call/governed-call.ts";
import type { HelperModels } from "../governed-call/helper-models.ts";
import type { Guard, VaultPort } from "../guardrail/ports.ts";
import type { ModelGateway } from "../model-gateway/gateway.ts";
import type { KeptResults } from "../tool-gateway/ports.ts";
import type { Outside } from "./outside.ts";

type Around = {
  readonly values: KeptValues;
  readonly guard: Guard;
  readonly vault: VaultPort;
  readonly access: Access;
  readonly broker: CredentialBroker;
  readonly model: AnswerCachePorts["model"];
  readonly embed: AnswerCachePorts["embed"];
};

/** What the tool gateway keeps lies beside the answers of models, found and forgotten by the same hashes. */
export function keptResults(values: KeptValues, vault: VaultPort, broker: CredentialBroker): KeptResults {
  const mac = (text: string): Promise<string> => broker.mac("answer", text);
  return {
    ...values,
    mac,
    subjectTag: (org, subject) => subjectTag(mac, org, subject),
    values: ({ org, run }, placeholders) => vault.open(org, { run, placeholders, inputOnly: false }),
  };
}

type Embedding = {
  readonly helpers: HelperModels;
  readonly governed: OpenGovernedCall;
  readonly gateway: Pick<ModelGateway, "embed">;
};

const embeddingCalls = ({ now, random }: Outside, { helpers, governed, gateway }: Embedding): EmbedTexts =>
  defineEmbeddingCalls({ now, random, helpers, governed, ask: (asking) => gateway.embed(asking, new AbortController().signal) });

/** Questions as vectors, by the org's embedding model: governed like a chat. */
export const buildEmbed = (outside: Outside, around: Embedding): AnswerCachePorts["embed"] =>
  defineEmbed({ log: outside.log, embedTexts: embeddingCalls(outside, around) });

/** Texts as vectors, by an embedding model that a collection names. */
export const buildEmbedTexts = (outside: Outside, around: Embedding & Pick<Guard, "scrub">) =>
  defineAskModel({ ...outside, scrub: around.scrub, embedTexts: embeddingCalls(outside, around) });

/** The answer cache with its room around it. */
export function buildAnswers({ now, log }: Outside, { values, guard, vault, access, broker, model, embed }: Around) {
  const mac = (text: string): Promise<string> => broker.mac("answer", text);
  let guardrails: string | null = null;
  const grounds = (): Grounds => {
    guardrails ??= guardVersion((text) => createHash("sha256").update(text).digest("hex"));
    return { policyVersion: access.policyVersion(), guardVersion: guardrails };
  };
  return defineAnswerCache({ now, values, guard, vault, model, grounds, mac, embed, log });
}
