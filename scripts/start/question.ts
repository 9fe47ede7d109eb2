/** The question that `npm start` asks after the ticket: an answer from the shop's terms, and the places in the documents that it rests on. */
import type { RunView } from "../../sdk/client.ts";
import { TERMS, TERMS_COLLECTION, TERMS_SETTINGS } from "../../workflows/policy-answers/terms.ts";
import { followRun } from "./follow.ts";
import type { People } from "./people.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./text.ts";
import { SUBJECT } from "./ticket.ts";

const QUESTION = "How long can I return an unused article, and what does return shipping cost?";

/** Puts the shop's terms into their collection. The same documents again change nothing. Returns how many there are. */
export async function uploadTerms({ developer }: People): Promise<number> {
  await developer.knowledge.put(TERMS_COLLECTION, TERMS_SETTINGS);
  for (const document of TERMS) {
    const { status } = await developer.knowledge.upload(TERMS_COLLECTION, document);
    if (status === "quarantined" || status === "refused")
      throw new Error(`the document \`${document.id}\` of the shop's terms was ${status}`);
  }
  return TERMS.length;
}

/** Asks, and shows the answer with its sources. True: it was answered. */
export async function askAboutTerms({ app }: People, terminal: Terminal): Promise<boolean> {
  const { paint } = terminal;
  terminal.line();
  terminal.line(`  ${paint("bold", "A question about the shop's terms")}`);
  for (const line of wrap(QUESTION, terminal.width - 8)) terminal.line(`    ${paint("dim", "│")} ${line}`);
  terminal.line();
  const begun = await app.runs.start({ workflow: "policy-answers", input: { question: QUESTION }, subject: SUBJECT });
  const run = await followRun(app, begun, terminal, async () => undefined);
  terminal.line();
  for (const line of answerOf(run).flatMap((text) => wrap(text, terminal.width - 6))) terminal.line(`    ${line}`);
  return run.status === "completed";
}

/** The answer, then a line for each passage that it rests on. */
function answerOf({ status, output, error, steps }: RunView): string[] {
  if (error !== null) return [`${status}: ${error.code}: ${error.message}`];
  const said = typeof output === "object" && output !== null && "answer" in output ? String(output.answer) : JSON.stringify(output);
  const citations = steps.flatMap((step) => step.citations ?? []);
  const places = citations.map(
    ({ chunk, title, document, start, end }) => `[${chunk}] is "${title ?? document}", characters ${start} to ${end}`,
  );
  return [said, ...places];
}
