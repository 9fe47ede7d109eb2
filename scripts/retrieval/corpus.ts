/** Cranfield, from the folder in BULKHEAD_DATA, and how a ranking is measured on it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Paper = { readonly id: string; readonly title: string; readonly text: string };
export type Question = { readonly id: string; readonly text: string };
export type Corpus = {
  readonly papers: readonly Paper[];
  readonly questions: readonly Question[];
  /** Papers that answer a question, and the one that it was made from, which counts for nothing and is taken out of every ranking. */
  readonly answers: ReadonlyMap<string, { readonly relevant: ReadonlySet<string>; readonly origin: ReadonlySet<string> }>;
};

const linesOf = <T>(path: string): T[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

/** Null when there is no such folder. */
export function readCorpus(): Corpus | null {
  const folder = join(process.env["BULKHEAD_DATA"] ?? "", "retrieval");
  if (process.env["BULKHEAD_DATA"] === undefined || !existsSync(join(folder, "docs.jsonl"))) return null;
  const judged = linesOf<{ query: string; doc: string; relevance: number; code: number }>(join(folder, "qrels.jsonl"));
  const byQuestion = Map.groupBy(judged, ({ query }) => query);
  return {
    papers: linesOf<Paper>(join(folder, "docs.jsonl")),
    questions: linesOf<Question>(join(folder, "queries.jsonl")),
    answers: new Map(
      [...byQuestion].map(([query, rows]) => [
        query,
        {
          relevant: new Set(rows.filter(({ relevance, code }) => code !== -1 && relevance > 0).map(({ doc }) => doc)),
          origin: new Set(rows.filter(({ code }) => code === -1).map(({ doc }) => doc)),
        },
      ]),
    ),
  };
}

/** Means over the questions that something answers. */
export type Figures = { readonly ndcg10: number; readonly recall10: number; readonly map: number; readonly questions: number };

/** Questions at even places tune, the others show; `all` is both. */
export type Half = "tuned" | "held out" | "all";

export function measure({ questions, answers }: Corpus, rankingOf: (question: Question) => readonly string[], half: Half): Figures {
  const [sum, count] = [{ ndcg: 0, recall: 0, map: 0 }, { questions: 0 }];
  for (const [at, question] of questions.entries()) {
    const { relevant, origin } = answers.get(question.id) ?? { relevant: new Set<string>(), origin: new Set<string>() };
    if ((half === "tuned" && at % 2 === 1) || (half === "held out" && at % 2 === 0) || relevant.size === 0) continue;
    const ranking = rankingOf(question).filter((paper) => !origin.has(paper));
    const gain = (rank: number): number => 1 / Math.log2(rank + 2);
    let [gained, found, precision] = [0, 0, 0];
    for (const [rank, paper] of ranking.entries()) {
      if (!relevant.has(paper)) continue;
      found++;
      precision += found / (rank + 1);
      if (rank < 10) gained += gain(rank);
    }
    const ideal = Array.from({ length: Math.min(10, relevant.size) }, (_, rank) => gain(rank)).reduce((total, one) => total + one, 0);
    sum.ndcg += gained / ideal;
    sum.recall += ranking.slice(0, 10).filter((paper) => relevant.has(paper)).length / relevant.size;
    sum.map += precision / relevant.size;
    count.questions++;
  }
  const n = Math.max(1, count.questions);
  return { ndcg10: sum.ndcg / n, recall10: sum.recall / n, map: sum.map / n, questions: count.questions };
}
