/**
 * Kept answers of models: looks one up for a question, and keeps the answer to one. Decides nothing about who may ask: that was decided
 * before. What is found is judged again by today's rules before anybody gets it.
 *
 * Trouble of this room is never trouble of the call: what cannot be looked up, judged or kept was never there.
 */
import { createHash } from "node:crypto";
import { identityOf, placeholdersOf, type RedactionMap } from "../../core/cache/identity.ts";
import {
  type FreshAnswer,
  freshAnswer,
  type GivenAnswer,
  isKeepable,
  KEPT_MS,
  type KeptAnswer,
  lastAnswer,
  mayLieUnder,
  readKeptAnswers,
  withAnswer,
} from "../../core/cache/kept-answer.ts";
import type { Lookup } from "../../core/cache/question.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { Json } from "../../core/json.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { isCorrection } from "../../core/workflow/prompt.ts";
import { validate } from "../../core/workflow/schema.ts";
import { startDeadline } from "../kit/deadline.ts";
import { subjectTag } from "./kept-values.ts";
import { findNeighbours, type Neighbours } from "./near.ts";
import { ANSWERS, type AnswerCachePorts, NEAR_QUESTIONS, TOOL_RESULTS } from "./ports.ts";

/** A look takes some milliseconds; whatever holds it up (the vault, KV, a guard) holds up the call no longer than this. */
const LOOK_MS = 1_000;
/** With an embedding model on the way. */
const LOOK_AROUND_MS = 3_000;
const NEVER = new AbortController().signal;

/** What is kept for one question. */
export type Found = {
  /** Given instead of a call; null: the model is to be asked. */
  readonly hit: GivenAnswer | null;
  /** For when the model is out of reach and nothing else is left: an answer past its time, or another model's. */
  readonly stale: () => Promise<GivenAnswer | null>;
  /** The model's answer, kept if it is worth it. */
  readonly keep: (answer: FreshAnswer) => Promise<void>;
  /** What the look itself used, for the record. */
  readonly facts: { readonly [name: string]: string };
};

/** Answers of models that may be given again. */
export type AnswerCache = {
  /** Never throws. */
  find(lookup: Lookup): Promise<Found>;
  /** Drops what was kept from calls on this person's behalf; how many entries that were. Throws when it cannot. */
  forget(org: string, subject: string): Promise<number>;
};

const NOTHING: Found = { hit: null, stale: async () => null, keep: async () => undefined, facts: {} };

/** A cache over one store of values. */
export function defineAnswerCache(ports: AnswerCachePorts): AnswerCache {
  return {
    async find(lookup) {
      if (isCorrection(lookup.question.messages)) return NOTHING;
      const deadline = startDeadline(lookup.use === "semantic" ? LOOK_AROUND_MS : LOOK_MS, NEVER);
      try {
        return await deadline.within(look(ports, lookup));
      } catch (error) {
        ports.log(logLine("answers.not_looked_up", { org: lookup.asker.org, run: lookup.asker.run, error: errorName(error) }));
        return NOTHING;
      } finally {
        deadline.end();
      }
    },
    async forget(org, subject) {
      const tag = await subjectTag(ports.mac, org, subject);
      const tagged = await Promise.all([ANSWERS, TOOL_RESULTS].map((kind) => ports.values.forget(`${kind}${org}/`, tag)));
      // Questions lie hundreds together and say nothing of whose they are: all of them go, and are learned again.
      const near = await ports.values.forget(`${NEAR_QUESTIONS}${org}/`, null);
      return tagged.reduce((sum, count) => sum + count, near);
    },
  };
}

async function look(ports: AnswerCachePorts, lookup: Lookup): Promise<Found> {
  const startedAt = ports.now();
  const { question, asker } = lookup;
  const [model, map] = await Promise.all([modelTag(ports, lookup), redactionMap(ports, lookup)]);
  const identity = identityOf(asker.org, question, ports.grounds(), map);
  if (model === null || identity === null) return NOTHING;
  const name = `${ANSWERS}${asker.org}/${await ports.mac(identity)}`;
  const known = readKeptAnswers(await ports.values.get(name));
  const given = async (from: string, answer: KeptAnswer | null, cached: GivenAnswer["cached"]): Promise<GivenAnswer | null> => {
    if (answer === null) return null;
    if (!(await judgeAgain(ports, lookup, map, answer.output))) {
      await ports.values.drop(from);
      return null;
    }
    const facts = { finish_reason: "stop", kept_at: new Date(answer.kept_at).toISOString() };
    return { output: answer.output, cached, durationMs: Math.max(0, ports.now() - startedAt), facts };
  };
  const exact = await given(name, freshAnswer(known, model, startedAt), "exact");
  const around = exact === null && lookup.use === "semantic" ? await neighbours(ports, lookup, model, map) : null;
  let near: GivenAnswer | null = null;
  for (const other of around?.names ?? []) {
    const answers = readKeptAnswers(await ports.values.get(other));
    near = await given(other, freshAnswer(answers, model, startedAt), "semantic");
    if (near !== null) break;
  }
  const keep = async (fresh: FreshAnswer): Promise<void> => {
    if (!isKeepable(fresh, map)) return;
    const { output } = fresh;
    const subject = await subjectTag(ports.mac, asker.org, asker.subject);
    const entry = withAnswer(known, { model, output, kept_at: ports.now(), subject });
    const subjects = [...new Set(entry.answers.map((answer) => answer.subject))];
    await ports.values.put(name, entry as unknown as Json, KEPT_MS, { subjects });
    await around?.remember(name);
  };
  const facts = around?.facts ?? {};
  const hit = exact ?? near;
  return {
    hit: hit === null ? null : { ...hit, facts: { ...hit.facts, ...facts } },
    stale: () => given(name, lastAnswer(known, ports.now()), "stale").catch(() => null),
    keep: (fresh) =>
      keep(fresh).catch((error: unknown) =>
        ports.log(logLine("answers.not_kept", { org: asker.org, run: asker.run, error: errorName(error) })),
      ),
    facts,
  };
}

/** Trouble with near questions leaves the exact one. */
async function neighbours(ports: AnswerCachePorts, lookup: Lookup, model: string, map: RedactionMap): Promise<Neighbours | null> {
  try {
    return await findNeighbours(ports, lookup, model, map);
  } catch (error) {
    ports.log(logLine("answers.not_looked_around", { org: lookup.asker.org, run: lookup.asker.run, error: errorName(error) }));
    return null;
  }
}

/** A model that is registered again with another upstream counts as another model. */
async function modelTag(ports: AnswerCachePorts, { model, asker }: Lookup): Promise<string | null> {
  const entry = await ports.model(asker.org, model);
  if (entry === null) return null;
  const { id, upstream_id, base_url } = entry;
  return createHash("sha256").update(canonicalJson({ id, upstream_id, base_url })).digest("hex").slice(0, 32);
}

/** `{{EMAIL_1}}` of two people is the same text: what it stands for tells the calls apart, by a hash that only this deployment can make. */
async function redactionMap(ports: AnswerCachePorts, { question, asker }: Lookup): Promise<RedactionMap> {
  const placeholders = placeholdersOf(question.messages);
  if (placeholders.length === 0) return [];
  const values = await ports.vault.open(asker.org, { run: asker.run, placeholders, inputOnly: false });
  return Promise.all(
    placeholders.map(async (placeholder, index): Promise<[string, string | null]> => {
      const value = values[index] ?? null;
      return [placeholder, value === null ? null : await ports.mac(`value ${placeholder} ${value}`)];
    }),
  );
}

/** By today's rules: the form that was asked for, the guardrails, and no placeholder that this question does not name. */
async function judgeAgain(ports: AnswerCachePorts, { question, asker }: Lookup, map: RedactionMap, output: Json): Promise<boolean> {
  if (question.schema === null ? typeof output !== "string" : validate(question.schema.schema, output).length > 0) return false;
  if (!mayLieUnder(output, map)) return false;
  const { org, run, subject } = asker;
  const admitted = await ports.guard.admit({ org, run, subject }, "model_output", "model", output);
  return admitted.verdict === "pass" && admitted.findings.length === 0;
}
