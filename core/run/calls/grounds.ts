/**
 * What an answer of a run may rest on: what the steps gave that a rule names, and what an agent found by searching. The chunks that searches of the run
 * found are known by name: these alone can be cited, whatever calls itself a chunk.
 */
import { type Citation, chunksIn, citationsOf, queriesIn, resolved, type Sources, sourcesOf } from "../../guardrail/grounded/grounding.ts";
import type { GroundedRule } from "../../guardrail/rules/settings.ts";
import { type Json, own } from "../../json.ts";
import { KNOWLEDGE_SEARCH } from "../../tool/knowledge-search.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";
import { nodeDefinition } from "../steps/node.ts";

type Run = { readonly birth: RunContext["birth"]; readonly state: RunState };

/** The sources for the answer of a node, under a rule that names steps. */
export function groundsOf(run: Run, node: string, steps: readonly string[]): Sources {
  const named = steps.flatMap((id) => foundBy(run, id));
  const searches = searchesIn(run);
  return sourcesOf([...named, ...searchedBy(run, node)], chunksIn(searches), queriesIn(searches));
}

/** Chunks by name: what every search of the run found, whichever step or agent made it. */
const knownIn = (run: Run): ReadonlyMap<string, Citation> => chunksIn(searchesIn(run));

/** What every search of the run gave. */
function searchesIn(run: Run): readonly Json[] {
  const { definition } = run.birth;
  const ofSteps = Object.entries(definition.steps).flatMap(([id, step]): readonly Json[] => {
    const isSearch = mentionsOf(step).prompted === null && mentionsOf(step).tools.some(({ name }) => name === KNOWLEDGE_SEARCH);
    const settled = own(run.state.steps, id);
    const { item } = mentionsOf(step);
    if (settled?.status !== "completed") return [];
    if (isSearch) return [settled.output];
    // Of a `map` that searches for each of its items: a list of answers.
    const isMapped =
      item !== null && mentionsOf(item).prompted === null && mentionsOf(item).tools.some(({ name }) => name === KNOWLEDGE_SEARCH);
    return isMapped && Array.isArray(settled.output) ? settled.output : [];
  });
  const ofAgents = [...run.state.done].flatMap(({ search, output }) => (search === true ? [output] : []));
  return [...ofSteps, ...ofAgents];
}

/** Of an agent that searched: what it found, and not what it made of it. Of any other step: its output. */
function foundBy(run: Run, id: string): readonly Json[] {
  const searched = [...run.state.done].flatMap(({ search, step, output }) => (search === true && step === id ? [output] : []));
  if (searched.length > 0) return searched;
  const step = own(run.state.steps, id);
  return step?.status === "completed" ? [step.output] : [];
}

/** What the agent of this node has found so far. */
const searchedBy = (run: Run, node: string): readonly Json[] =>
  [...run.state.done].flatMap(({ search, node: by, output }) => (search === true && by === node ? [output] : []));

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
