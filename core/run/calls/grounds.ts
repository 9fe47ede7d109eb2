/**
 * What an answer of a run may rest on: what the steps gave that a rule names, and what an agent found by searching. The chunks that searches of the run
 * found are known by name: these alone can be cited, whatever calls itself a chunk. What the run, its searches and its steps were asked is no source.
 */
import {
  type Citation,
  chunksIn,
  citationsOf,
  queriesIn,
  resolved,
  resultsIn,
  type Sources,
  sourcesOf,
  textsIn,
} from "../../guardrail/grounded/grounding.ts";
import type { GroundedRule } from "../../guardrail/rules/settings.ts";
import { isObject, type Json, own } from "../../json.ts";
import { KNOWLEDGE_SEARCH } from "../../tool/knowledge-search.ts";
import { evaluate } from "../../workflow/expression.ts";
import type { Mentions } from "../../workflow/step-kinds/rules.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";
import { scopeOfRun } from "../machine/turn.ts";
import { nodeDefinition } from "../steps/node.ts";

type Run = { readonly birth: RunContext["birth"]; readonly state: RunState };

/** The sources for the answer of a node, under a rule that names steps. */
export function groundsOf(run: Run, node: string, steps: readonly string[]): Sources {
  const named = steps.flatMap((id) => foundBy(run, id));
  const searches = searchesIn(run);
  const asked = [...textsOf(run.birth.input), ...steps.flatMap((id) => askedOf(run, id))];
  return sourcesOf([...named, ...searchedBy(run, node)], chunksIn(searches), queriesIn(searches), { texts: textsIn(searches), asked });
}

/** What a step was asked: the texts of its arguments, as they were evaluated. What its searches and the run were asked is known without it. */
function askedOf(run: Run, id: string): readonly string[] {
  const step = own(run.birth.definition.steps, id);
  if (step === undefined || !("input" in step) || step.input === undefined) return [];
  const input = evaluate(step.input, scopeOfRun(run, run.state));
  return input.ok ? textsOf(input.value) : [];
}

/** Every string in a value. */
function textsOf(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isObject(value) ? Object.values(value).flatMap(textsOf) : [];
}

/** Chunks by name: what every search of the run found, whichever step or agent made it. */
const knownIn = (run: Run): ReadonlyMap<string, Citation> => chunksIn(searchesIn(run));

/** What every search of the run gave. */
function searchesIn(run: Run): readonly Json[] {
  const ofSteps = Object.keys(run.birth.definition.steps).flatMap((id) => searchesOf(run, id) ?? []);
  const ofAgents = [...run.state.done].flatMap(({ search, output }) => (search === true ? [output] : []));
  return [...ofSteps, ...ofAgents];
}

/** What a step that searches gave: one answer, or those for the items of a `map`. null: it does not search. */
function searchesOf(run: Run, id: string): readonly Json[] | null {
  const step = own(run.birth.definition.steps, id);
  const settled = own(run.state.steps, id);
  if (step === undefined) return null;
  const searches = ({ prompted, tools }: Mentions): boolean => prompted === null && tools.some(({ name }) => name === KNOWLEDGE_SEARCH);
  const { item } = mentionsOf(step);
  const isMapped = item !== null && searches(mentionsOf(item));
  if (!isMapped && !searches(mentionsOf(step))) return null;
  if (settled?.status !== "completed") return [];
  if (!isMapped) return [settled.output];
  return Array.isArray(settled.output) ? settled.output : [];
}

/** Of a search: its results. Of an agent that searched: what it found, and not what it made of it. Of any other step: its output. */
function foundBy(run: Run, id: string): readonly Json[] {
  const searched = [...run.state.done].flatMap(({ search, step, output }) => (search === true && step === id ? [output] : []));
  const searches = searched.length > 0 ? searched : searchesOf(run, id);
  if (searches !== null) return searches.flatMap(resultsIn);
  const step = own(run.state.steps, id);
  return step?.status === "completed" ? [step.output] : [];
}

/** What the agent of this node has found so far. */
const searchedBy = (run: Run, node: string): readonly Json[] =>
  [...run.state.done].flatMap(({ search, node: by, output }) => (search === true && by === node ? resultsIn(output) : []));

/** Where the chunks stand that an answer rests on, for a step that has to rest on something; null: it has not. */
export function citationsIn(run: Run, node: string, rules: readonly GroundedRule[], output: Json): readonly Citation[] | null {
  const [first] = rules;
  if (first === undefined) return null;
  const steps = [...new Set(rules.flatMap((rule) => rule.steps))];
  return citationsOf(output, groundsOf(run, node, steps), first.min);
}

/** The answer with the places of what it cites put right, as far as its schema lets it. */
export function withPlaces(run: Run, output: Json, fits: (value: Json) => boolean): Json {
  const known = knownIn(run);
  return known.size === 0 ? output : resolved(output, known, fits);
}

/** Whether the answer of this node is asked to cite: chunks were found that it may rest on, or it can find some itself. */
export function mayCite(run: Run, node: string, rules: readonly GroundedRule[]): boolean {
  if (rules.length === 0) return false;
  const { prompted, tools } = mentionsOf(nodeDefinition(run.birth.definition, node));
  return prompted !== null && (tools.some(({ name }) => name === KNOWLEDGE_SEARCH) || knownIn(run).size > 0);
}
