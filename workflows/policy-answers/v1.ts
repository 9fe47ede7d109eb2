/**
 * A question about the shop's terms: what is remembered of the person is recalled, the terms are searched, the answer is written from what was found, and every
 * sentence of it has to rest on the passage that it cites. What does not is asked for again; what still does not is not said. What the person wants
 * to be remembered is, for the next session. Frozen once released: a change is a new file.
 */
import { cel, workflow } from "../../core/workflow/builder.ts";
import { TERMS_COLLECTION } from "./terms.ts";

const UNANSWERED = "The shop's terms do not answer this, so a colleague will.";
/** Memories of the person that a question is read with. */
const RECALLED = 3;

export const policyAnswersV1 = workflow({
  name: "policy-answers",
  description:
    "Answers a question about the shop's terms from the documents themselves, each sentence with its source, and remembers what the person prefers",
  instructions:
    "You answer customers of an online shop about its terms. You know what the passages say, and nothing else. Answer in three short sentences at most.",
  input: {
    type: "object",
    properties: {
      question: { type: "string", minLength: 1, maxLength: 2_000, description: "what a customer wants to know" },
      preference: {
        type: "string",
        minLength: 1,
        maxLength: 500,
        description: "what the customer wants to be remembered: a fact or a preference",
      },
    },
    required: ["question"],
    additionalProperties: false,
  },
  limits: { usd: 0.5, tokens: 50_000, seconds: 300 },
  tools: ["memory.recall", "memory.remember", "knowledge.search"],
  knowledge: [TERMS_COLLECTION],
  session: { user: cel("input.question"), assistant: cel("output.answer") },
})
  .step("recall", {
    kind: "tool",
    tool: "memory.recall",
    input: { query: cel("input.question"), k: RECALLED },
    on_error: { value: { memories: [] } },
  })
  // What the person just said counts before what they said once.
  .step("person", {
    kind: "transform",
    needs: ["recall"],
    value: cel("(has(input.preference) ? [input.preference] : []) + steps.recall.output.memories.map(memory, memory.text)"),
  })
  .step("search", {
    kind: "tool",
    needs: ["person"],
    tool: "knowledge.search",
    input: { collection: TERMS_COLLECTION, query: cel('input.question + " " + steps.person.output.join(" ")'), k: 5 },
  })
  .step("answer", {
    kind: "model",
    needs: ["person", "search"],
    when: cel("size(steps.search.output.results) > 0"),
    model: { task: "answer", max_tokens: 512 },
    prompt: {
      template:
        "A customer asks about the shop's terms.\n{{question}}\nThis is known of the customer; where the terms distinguish, answer for them.\n{{person}}\nThese passages of the terms were found.\n{{passages}}\nAnswer the question from the passages.",
      slots: {
        question: cel("input.question"),
        person: cel("steps.person.output"),
        passages: cel("steps.search.output.results.map(found, {'chunk': found.chunk, 'title': found.title, 'text': found.text})"),
      },
    },
    guardrails: { output: { grounded_in: { steps: ["search"], min: 0.7, action: "retry" } } },
    on_error: [{ when: cel('error.code == "output_invalid"'), value: UNANSWERED }],
  })
  .step("remember", {
    kind: "tool",
    needs: ["answer"],
    when: cel("has(input.preference)"),
    tool: "memory.remember",
    input: { text: cel("input.preference"), ttl_days: 365 },
    on_error: { value: null },
  })
  .output({
    answer: cel(`steps.answer.output == null ? "${UNANSWERED}" : steps.answer.output`),
    citations: cel("has(steps.answer.citations) ? steps.answer.citations : []"),
    remembered: cel('steps.remember.output != null && steps.remember.output.status == "active"'),
  });
