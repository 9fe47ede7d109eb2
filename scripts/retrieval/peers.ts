/** Other full-text searches of npm over the same corpus, each as its own documentation sets it up. */
import MiniSearch from "minisearch";
import bm25 from "wink-bm25-text-search";
import nlp from "wink-nlp-utils";
import type { Paper } from "./corpus.ts";

export type Peer = { readonly name: string; readonly rank: (query: string) => string[] };

export function peersOver(papers: readonly Paper[]): Peer[] {
  const mini = new MiniSearch<Paper>({ fields: ["title", "text"] });
  mini.addAll([...papers]);
  const wink = bm25();
  wink.defineConfig({ fldWeights: { title: 1, text: 1 } });
  wink.definePrepTasks([
    nlp.string["lowerCase"],
    nlp.string.removeExtraSpaces,
    nlp.string.tokenize0,
    nlp.tokens.propagateNegations,
    nlp.tokens.removeWords,
    nlp.tokens.stem,
  ]);
  // It takes no empty field: two of the papers have no text.
  for (const { id, title, text } of papers) wink.addDoc({ title: title || "-", text: text || "-" }, id);
  wink.consolidate();
  return [
    { name: "minisearch 7.2.0", rank: (query) => mini.search(query).map(({ id }) => String(id)) },
    { name: "wink-bm25-text-search 3.1.2", rank: (query) => wink.search(query, papers.length).map(([id]) => String(id)) },
  ];
}
