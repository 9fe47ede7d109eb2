/**
 * A long text is summed up: cut in pieces at paragraphs, each summed up by itself, four at a time, and one summary made of all of
 * them. Under a cap that is too low it ends with the summaries it has. Frozen once released: a change is a new file.
 */
import { cel, workflow } from "../../core/workflow/builder.ts";

/** Characters of a piece: about a thousand tokens, so that a model reads each with care. */
const PIECE = 4_000;

export const documentSummaryV1 = workflow({
  name: "document-summary",
  description: "Sums up a long text: pieces, a summary of each, one of them all",
  instructions: "You sum up documents. Keep to what the text says; add no opinion and no knowledge of your own.",
  input: {
    type: "object",
    properties: {
      text: { type: "string", minLength: 1, maxLength: 500_000, description: "the document" },
      chunks: {
        type: "array",
        items: { type: "string", minLength: 1, maxLength: 20_000 },
        minItems: 1,
        maxItems: 200,
        description: "the document in pieces, where somebody has cut it already",
      },
    },
    oneOf: [{ required: ["text"] }, { required: ["chunks"] }],
    additionalProperties: false,
  },
  limits: { usd: 1, tokens: 500_000, seconds: 1_800, steps: 300 },
})
  .step("pieces", { kind: "transform", value: cel(`has(input.chunks) ? input.chunks : chunks(input.text, ${PIECE})`) })
  .step("summaries", {
    kind: "map",
    needs: ["pieces"],
    over: cel("steps.pieces.output"),
    concurrency: 4,
    step: {
      kind: "model",
      model: { task: "summarise", max_tokens: 300 },
      prompt: {
        template: "Summarise this piece of a longer document in a few whole sentences.\n{{piece}}",
        slots: { piece: cel("item") },
      },
    },
  })
  .step("synthesis", {
    kind: "model",
    needs: ["summaries"],
    model: { task: "summarise", max_tokens: 800 },
    prompt: {
      template:
        "These are summaries of the pieces of one document, in their order.\n{{summaries}}\nSummarise the whole document from them.",
      slots: { summaries: cel("steps.summaries.output.filter(summary, summary != null)") },
    },
  })
  .output({ summary: cel("steps.synthesis.output"), pieces: cel("size(steps.pieces.output)") });
