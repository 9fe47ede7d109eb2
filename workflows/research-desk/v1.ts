/**
 * A question is looked into: an agent searches the knowledge base, reads what it finds, and publishes a note with its sources. It
 * chooses which of the three tools, and with which words; the note is a write that it chose, so a person sees it first. Frozen once
 * released: a change is a new file.
 */
import { cel, workflow } from "../../core/workflow/builder.ts";

export const researchDeskV1 = workflow({
  name: "research-desk",
  description: "Looks a question up in the knowledge base and publishes a note, which a person approves",
  instructions:
    "You work at the research desk of an online shop. Everything you write comes from articles that you have read; what they do not say you do not know.",
  input: {
    type: "object",
    properties: { question: { type: "string", minLength: 1, maxLength: 2_000, description: "what somebody wants to know" } },
    required: ["question"],
    additionalProperties: false,
  },
  limits: { usd: 1, tokens: 200_000, seconds: 1_800, steps: 60 },
  tools: ["kb.search", "kb.read", "desk.publish"],
})
  .step("desk", {
    kind: "agent",
    model: { task: "research", max_tokens: 2_048 },
    tools: ["kb.search", "kb.read", "desk.publish"],
    max_iterations: 8,
    prompt: {
      template:
        "Find out the answer to this question.\n{{question}}\nSearch the knowledge base, read the articles that fit best, two at most, and publish one note that answers the question with the articles as its sources. Where no article fits, publish nothing. Then answer: in `answer` what the articles say, in `sources` the ids of those that you have read, in `note_id` the id of the published note, or null where none was published.",
      slots: { question: cel("input.question") },
    },
    output: {
      type: "object",
      properties: {
        answer: { type: "string", minLength: 1, maxLength: 5_000, description: "what the articles say" },
        sources: {
          type: "array",
          items: { type: "string", pattern: "^KB-[0-9]{3}$" },
          maxItems: 10,
          description: "ids of the articles read",
        },
        note_id: { type: ["string", "null"], pattern: "^nt_[a-z]{1,64}$", description: "the id of the published note" },
      },
      required: ["answer", "sources", "note_id"],
      additionalProperties: false,
    },
  })
  .output(cel("steps.desk.output"));
