/**
 * A question about the shop's terms: they are searched, the answer is written from what was found, and every sentence of it has to rest on the passage
 * that it cites. What does not is asked for again; what still does not is not said. Frozen once released: a change is a new file.
 */
import { cel, workflow } from "../../core/workflow/builder.ts";
import { TERMS_COLLECTION } from "./terms.ts";

const UNANSWERED = "The shop's terms do not answer this, so a colleague will.";

export const policyAnswersV1 = workflow({
  name: "policy-answers",
  description: "Answers a question about the shop's terms from the documents themselves, each sentence with its source",
  instructions:
    "You answer customers of an online shop about its terms. You know what the passages say, and nothing else. Answer in three short sentences at most.",
  input: {
    type: "object",
    properties: { question: { type: "string", minLength: 1, maxLength: 2_000, description: "what a customer wants to know" } },
    required: ["question"],
    additionalProperties: false,
  },
  limits: { usd: 0.5, tokens: 50_000, seconds: 300 },
  tools: ["knowledge.search"],
  knowledge: [TERMS_COLLECTION],
})
  .step("search", {
    kind: "tool",
    tool: "knowledge.search",
    input: { collection: TERMS_COLLECTION, query: cel("input.question"), k: 5 },
  })
  .step("answer", {
    kind: "model",
    needs: ["search"],
    when: cel("size(steps.search.output.results) > 0"),
    model: { task: "answer", max_tokens: 512 },
    prompt: {
      template:
        "A customer asks about the shop's terms.\n{{question}}\nThese passages of the terms were found.\n{{passages}}\nAnswer the question from them.",
      slots: {
        question: cel("input.question"),
        passages: cel("steps.search.output.results.map(found, {'chunk': found.chunk, 'title': found.title, 'text': found.text})"),
      },
    },
    guardrails: { output: { grounded_in: { steps: ["search"], min: 0.7, action: "retry" } } },
    on_error: [{ when: cel('error.code == "output_invalid"'), value: UNANSWERED }],
  })
  .output({
    answer: cel(`steps.answer.output == null ? "${UNANSWERED}" : steps.answer.output`),
    citations: cel("has(steps.answer.citations) ? steps.answer.citations : []"),
  });
