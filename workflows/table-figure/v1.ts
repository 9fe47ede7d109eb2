/**
 * A ticket with a table and a question about it: a model writes a program, the program computes the figure in a container, a model writes
 * the answer around it. No model does arithmetic. Where the deployment runs no containers the run says so, computes nothing, and ends
 * `degraded`. Frozen once released: a change is a new file.
 */
import { cel, workflow } from "../../core/workflow/builder.ts";

/** What a program looks like: it adds up the last column of a table. */
const EXAMPLE = `import re

total = 0.0
for line in open("ticket.txt"):
    cells = [cell.strip() for cell in re.split(r"[|;,\\t]", line) if cell.strip()]
    if len(cells) > 1 and re.fullmatch(r"-?\\d+(\\.\\d+)?", cells[-1]):
        total += float(cells[-1])
output = {"figure": round(total, 2)}
`;

export const tableFigureV1 = workflow({
  name: "table-figure",
  description: "Computes the figure that a ticket asks for from the table in it, with a program in a container, and answers",
  instructions: "You work for the back office of an online shop. Figures are computed by programs, never by you.",
  input: {
    type: "object",
    properties: { ticket: { type: "string", minLength: 1, maxLength: 20_000, description: "a question, and a table of numbers as text" } },
    required: ["ticket"],
    additionalProperties: false,
  },
  limits: { usd: 1, tokens: 50_000, seconds: 600 },
  tools: ["code.run"],
})
  .step("program", {
    kind: "model",
    model: { task: "code", max_tokens: 1_024 },
    prompt: {
      template:
        "Write a Python 3 program that computes the one figure that this ticket asks for.\n{{ticket}}\nThe program finds the ticket's text in the file ticket.txt, uses the standard library alone, and sets the variable `output` to an object whose field `figure` is the number.",
      slots: { ticket: cel("input.ticket") },
    },
    output: {
      type: "object",
      properties: {
        code: {
          type: "string",
          minLength: 1,
          maxLength: 20_000,
          contentMediaType: "text/x-python",
          examples: [EXAMPLE],
          description: "the program",
        },
      },
      required: ["code"],
      additionalProperties: false,
    },
  })
  .step("compute", {
    kind: "tool",
    needs: ["program"],
    tool: "code.run",
    input: {
      language: "python",
      code: cel("steps.program.output.code"),
      files: [{ name: "ticket.txt", text: cel("input.ticket") }],
    },
    on_error: [
      {
        when: cel('error.message.contains("runs no containers")'),
        value: {
          output: null,
          why: "Nothing was computed: this deployment runs no containers (docs/running-it.md says how to turn them on).",
        },
      },
      { value: { output: null, why: "Nothing was computed: the program could not be run." } },
    ],
  })
  .step("reply", {
    kind: "model",
    needs: ["compute"],
    when: cel("steps.compute.output.output != null && has(steps.compute.output.output.figure)"),
    model: { task: "write", max_tokens: 512 },
    prompt: {
      template:
        "Answer this ticket in two sentences at most.\n{{ticket}}\nThe figure that it asks for was computed:\n{{figure}}\nSay the figure as it stands there.",
      slots: { ticket: cel("input.ticket"), figure: cel("steps.compute.output.output.figure") },
    },
    output: {
      type: "object",
      properties: { text: { type: "string", minLength: 1, maxLength: 2_000, description: "the answer" } },
      required: ["text"],
      additionalProperties: false,
    },
  })
  .output({
    figure: cel("steps.reply.output == null ? null : steps.compute.output.output.figure"),
    text: cel(
      'steps.reply.output != null ? steps.reply.output.text : has(steps.compute.output.why) ? steps.compute.output.why : "Nothing was computed: the program did not give a figure."',
    ),
  });
