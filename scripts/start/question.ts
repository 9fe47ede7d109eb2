/** The questions that `npm start` asks after the ticket: answers from the shop's terms, the places that they rest on, and what the next session remembers. */
import type { RunView } from "../../sdk/client.ts";
import { TERMS, TERMS_COLLECTION, TERMS_SETTINGS } from "../../workflows/policy-answers/terms.ts";
import { followRun } from "./follow.ts";
import type { People } from "./people.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./text.ts";
import { SUBJECT } from "./ticket.ts";

type Input = { readonly question: string; readonly preference?: string };

/** Two sessions of one person: the second says nothing of where the parcel goes. */
const INPUTS: readonly Input[] = [
  { question: "How long does delivery take?", preference: "Please ship my orders abroad, to Norway." },
  { question: "And what does shipping cost?" },
];

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

/** Asks in two sessions, and shows each answer with its sources. True: both were answered. */
export async function askAboutTerms(people: People, terminal: Terminal): Promise<boolean> {
  const sessions = Date.now();
  let isAnswered = true;
  for (const [at, input] of INPUTS.entries()) {
    const heading = at === 0 ? "A question about the shop's terms" : "The next session, which remembers";
    isAnswered = (await ask(people, terminal, heading, input, `terms-${sessions + at}`)) && isAnswered;
  }
  return isAnswered;
}

async function ask({ app }: People, terminal: Terminal, heading: string, input: Input, session: string): Promise<boolean> {
  const { paint } = terminal;
  terminal.line();
  terminal.line(`  ${paint("bold", heading)}`);
  for (const text of Object.values(input))
    for (const line of wrap(text, terminal.width - 8)) terminal.line(`    ${paint("dim", "│")} ${line}`);
  terminal.line();
  const begun = await app.runs.start({ workflow: "policy-answers", input, subject: SUBJECT, session });
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
