/** `npm run eval:retrieval`: how well knowledge is found, beside other searches over the same corpus in the same run. */
import { type Figures, type Half, measure, readCorpus } from "./corpus.ts";
import { indexed, type Mode } from "./ours.ts";
import { peersOver } from "./peers.ts";

const corpus = readCorpus();
if (corpus === null) {
  console.log("skipped: needs BULKHEAD_DATA, a folder with retrieval/docs.jsonl, queries.jsonl and qrels.jsonl (docs/knowledge.md)");
} else {
  const ours = indexed(corpus.papers);
  const modes: readonly Mode[] = ["keyword", "vector", "hybrid"];
  const rows = [
    ...modes.map((mode) => ({ name: `bulkhead, ${mode}`, rank: (query: string) => ours.rank(query, mode) })),
    ...peersOver(corpus.papers),
  ];
  const halves: readonly Half[] = ["tuned", "held out", "all"];
  console.log(
    `Cranfield: ${corpus.papers.length} papers in ${ours.chunks} chunks, ${corpus.questions.length} questions; tuned on the questions at even places\n`,
  );
  console.log(`| search | questions | nDCG@10 | recall@10 | MAP |\n|---|---|---|---|---|`);
  for (const { name, rank } of rows) {
    const rankings = new Map(corpus.questions.map((question) => [question.id, rank(question.text)]));
    for (const half of halves)
      console.log(
        lineOf(
          name,
          half,
          measure(corpus, ({ id }) => rankings.get(id) ?? [], half),
        ),
      );
  }
}

function lineOf(name: string, half: Half, { ndcg10, recall10, map, questions }: Figures): string {
  const shown = [ndcg10, recall10, map].map((figure) => figure.toFixed(3)).join(" | ");
  return `| ${name} | ${questions} ${half} | ${shown} |`;
}
