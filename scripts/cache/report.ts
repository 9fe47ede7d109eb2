/**
 * Prints hit and false-hit rates of near questions over the workload:
 *
 *   node scripts/cache/report.ts [--url http://localhost:11434/v1 --model nomic-embed-text]
 *
 * With an address (OpenAI's embeddings format), of that model, too. `EMBED_TOKEN`: its bearer.
 */
import { parseArgs } from "node:util";
import { isObject, type Json } from "../../core/json.ts";
import { readEmbeddingAnswer } from "../../core/model/embedding.ts";
import { allAlike, byLetters, type Rates, rates } from "./rates.ts";
import { FAMILIES } from "./workload.ts";

const { values } = parseArgs({ options: { url: { type: "string" }, model: { type: "string" } } });
const texts = FAMILIES.flat();
console.log(`${FAMILIES.length} families, ${texts.length} questions\n`);
print("everything alike", rates(FAMILIES, allAlike));
print("letters", rates(FAMILIES, byLetters));
if (values.url !== undefined && values.model !== undefined) {
  const vectors = await ask(values.url, values.model);
  print(
    values.model,
    rates(FAMILIES, (text) => vectors.get(text) ?? []),
  );
}

function print(name: string, { hits, pairs, falseHits, strangers, nearStrangers }: Rates): void {
  const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
  console.log(`${name}: hits ${hits} of ${pairs} (${percent(hits, pairs)}), false hits ${falseHits.length} of ${strangers}`);
  console.log(`  by vectors alone ${nearStrangers} of ${strangers} (${percent(nearStrangers, strangers)}) would have been false hits`);
  for (const [one, other] of falseHits) console.log(`  ! ${one} | ${other}`);
}

async function ask(url: string, model: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const token = process.env["EMBED_TOKEN"];
  const response = await fetch(`${url.replace(/\/+$/, "")}/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ model, input: texts }),
  });
  const body = (await response.json()) as Json;
  const answer = isObject(body) ? readEmbeddingAnswer(body, texts.length, 8_192) : null;
  if (!response.ok || !answer?.ok) throw new Error(`the embedding model answered with status ${response.status}`);
  return new Map(texts.map((text, index) => [text, answer.value.vectors[index] ?? []]));
}
