/**
 * How well the model of wordings finds an author whom it has not seen: trained without each of the written authors in turn, on the cuts that ship. Of the
 * made and strangers' harmless texts each fifth is held out in turn too, where it is no neighbour of an attack.
 */
import { augmented } from "./augment.ts";
import { bagOf } from "./bags.ts";
import { classOfFrom } from "./classes.ts";
import { fitModel, type Sample, SETTINGS, worst } from "./fit.ts";
import type { Text } from "./text.ts";
import { madeTexts, strangersTexts, weightOf, writtenTexts } from "./texts.ts";

const FOLDS = 5;

type Judged = Text & { readonly logit: number };

/** The table: shares that reach `cut`, by author, language and kind. */
export function heldOutAuthors(cut: number): readonly string[] {
  const classOf = classOfFrom();
  const sampleOf = (text: Text): Sample => ({ bag: bagOf(text.text, classOf), attack: text.attack, weight: weightOf(text) });
  const written = writtenTexts();
  const others = [...madeTexts(), ...strangersTexts()].map((text, index) => ({
    text,
    sample: sampleOf(text),
    fold: text.attack || text.kind === "near" ? -1 : index % FOLDS,
  }));
  const authors = [...new Set(written.map(({ author }) => author))].filter((author) => author.startsWith("author-"));
  const judged: Judged[] = [];
  for (const [fold, author] of authors.entries()) {
    const taught = written.filter((text) => text.author !== author);
    const model = fitModel(
      [...others.filter((each) => each.fold !== fold).map(({ sample }) => sample), ...[...taught, ...augmented(taught)].map(sampleOf)],
      SETTINGS,
    );
    for (const text of written) if (text.author === author) judged.push({ ...text, logit: worst(model, bagOf(text.text, classOf)).logit });
    for (const each of others)
      if (each.fold === fold) judged.push({ ...each.text, author: "others", logit: worst(model, each.sample.bag).logit });
  }
  const line = (name: string, of: (text: Judged) => string): string => {
    const values = [...new Set(judged.filter(({ author }) => author !== "others").map(of))];
    const share = (texts: readonly Judged[]): string =>
      texts.length === 0 ? "-" : (texts.filter(({ logit }) => logit >= cut).length / texts.length).toFixed(3).slice(1);
    return `  ${name}: ${values
      .map((value) => {
        const those = judged.filter((text) => text.author !== "others" && of(text) === value);
        return `${value} ${share(those.filter(({ attack }) => attack))} / ${share(those.filter(({ attack }) => !attack))}`;
      })
      .join(", ")}`;
  };
  const ordinary = judged.filter(({ author }) => author === "others");
  return [
    "wordings: attacks / harmless texts of authors held out that the model alone stops as user",
    line("all", () => "all"),
    line("authors", ({ author }) => author),
    line("languages", ({ language }) => language),
    line("kinds", ({ kind }) => kind),
    `  ordinary texts held out: ${ordinary.filter(({ logit }) => logit >= cut).length} of ${ordinary.length}`,
  ];
}
