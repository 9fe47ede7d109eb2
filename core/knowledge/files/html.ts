/** HTML as Markdown: what a reader sees of it, with its headings, lists and tables. What is hidden is dropped and counted. Pure, linear. */
import { Blocks, rowOf } from "./blocks.ts";
import { groundOf, hides } from "./hidden.ts";
import { attributesOf, tokensOf, unescaped } from "./markup.ts";

const VOID: ReadonlySet<string> = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
/** Nothing of these is a document's text. */
const DROPPED: ReadonlySet<string> = new Set(
  "script style template noscript head title svg math object iframe noembed noframes select datalist canvas audio video dialog".split(" "),
);
const BLOCK: ReadonlySet<string> = new Set(
  "p div section article main header footer nav aside address blockquote figure figcaption ul ol dl dt dd form fieldset legend hr table thead tbody tfoot caption details summary body html".split(
    " ",
  ),
);
/** Rules of a page's own style sheets that are looked at. */
const MOST_RULES = 5_000;

/** A document's visible text. `dropped`: letters of it that are hidden. */
export type Visible = { readonly text: string; readonly dropped: number };

type Open = { readonly name: string; readonly isHidden: boolean; readonly ground: string | null };

/** The visible text of a page. */
export function textOfHtml(source: string): Visible {
  const blocks = new Blocks();
  const stack: Open[] = [];
  const counts = new Map<string, number>();
  const rules = hidingRules(source);
  let hidden = 0;
  /** How many of these are elements that are no text of a document at all: what is in them is not counted. */
  let unread = 0;
  let dropped = 0;
  let preformatted = 0;
  const lists: ("ul" | "ol")[] = [];
  let row: string[] | null = null;

  const leave = (name: string): void => {
    if ((counts.get(name) ?? 0) === 0) return; // closes nothing
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      counts.set(top.name, (counts.get(top.name) ?? 1) - 1);
      if (top.isHidden) hidden--;
      if (DROPPED.has(top.name)) unread--;
      ends(top.name);
      if (top.name === name) return;
    }
  };
  const ends = (name: string): void => {
    if (name === "pre") {
      preformatted--;
      blocks.begin();
    } else if (name === "ul" || name === "ol") {
      lists.pop();
      blocks.begin();
    } else if (name === "td" || name === "th") {
      if (row !== null && hidden === 0) row.push(blocks.take());
    } else if (name === "tr") {
      if (row?.some((cell) => cell !== "")) blocks.line(rowOf(row ?? []));
      row = null;
    } else if (row === null && (BLOCK.has(name) || /^h[1-6]$/.test(name) || name === "li")) blocks.begin();
  };
  const begins = (name: string): void => {
    if (hidden > 0) return;
    if (name === "br") blocks.newline();
    else if (name === "tr") {
      blocks.begin();
      row = [];
    } else if (name === "td" || name === "th") blocks.take();
    else if (row !== null) blocks.text(" ");
    else if (/^h[1-6]$/.test(name)) blocks.begin(`${"#".repeat(Number(name[1]))} `);
    else if (name === "li") blocks.begin(lists.at(-1) === "ol" ? "1. " : "- ");
    else if (BLOCK.has(name) || name === "pre") blocks.begin();
  };

  for (const token of tokensOf(source, "html")) {
    if (token.kind === "unseen") dropped += letters(token.text);
    else if (token.kind === "close") leave(token.name);
    else if (token.kind === "text") {
      if (hidden > 0) {
        if (unread === 0) dropped += letters(token.text);
      } else blocks.text(preformatted > 0 ? unescaped(token.text) : unescaped(token.text).replaceAll(/\s+/g, " "));
    } else {
      const { name } = token;
      const isHidden = DROPPED.has(name) || isHiding(token, rules, stack.at(-1)?.ground ?? null);
      if (VOID.has(name) || token.isEmpty) {
        begins(name);
        continue;
      }
      // Tags that close their like: a list's items, a table's cells, paragraphs.
      if (name === "li" || name === "p" || name === "option") closeLike(name);
      if (name === "tr") leave("tr");
      if (name === "td" || name === "th") closeCell();
      begins(name);
      if (name === "ul" || name === "ol") lists.push(name);
      if (name === "pre") preformatted++;
      const ground = groundOf(attributesOf(token.attributes).get("style") ?? "") ?? stack.at(-1)?.ground ?? null;
      stack.push({ name, isHidden, ground });
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (isHidden) hidden++;
      if (DROPPED.has(name)) unread++;
    }
  }
  while (stack.length > 0) leave(stack.at(-1)?.name ?? "");
  return { text: blocks.toString(), dropped };

  function closeLike(name: string): void {
    if (stack.at(-1)?.name === name) leave(name);
  }
  function closeCell(): void {
    const top = stack.at(-1)?.name;
    if (top === "td" || top === "th") leave(top);
  }
}

type Rules = { readonly tags: ReadonlySet<string>; readonly classes: ReadonlySet<string>; readonly ids: ReadonlySet<string> };

function isHiding(
  { name, attributes }: { readonly name: string; readonly attributes: string },
  rules: Rules,
  ground: string | null,
): boolean {
  if (attributes.trim() === "") return rules.tags.has(name);
  const found = attributesOf(attributes);
  if (found.has("hidden") || (name === "input" && found.get("type") === "hidden")) return true;
  if (rules.tags.has(name) || rules.ids.has(found.get("id") ?? "")) return true;
  if ((found.get("class") ?? "").split(/\s+/).some((one) => rules.classes.has(one))) return true;
  if (name === "font" && hides(`color:${found.get("color") ?? "inherit"}`, ground)) return true;
  return hides(unescaped(found.get("style") ?? ""), ground);
}

/** Simple selectors (`p`, `.note`, `#x`) of the page's own style sheets whose rules hide. */
function hidingRules(source: string): Rules {
  const [tags, classes, ids] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let isStyle = false;
  let left = MOST_RULES;
  for (const token of tokensOf(source, "html")) {
    if (token.kind === "open") isStyle = token.name === "style";
    else if (token.kind === "close") isStyle = false;
    else if (token.kind === "text" && isStyle)
      for (const rule of withoutComments(token.text).split("}")) {
        if (left-- <= 0) break;
        const [selectors = "", style = ""] = [rule.slice(0, rule.lastIndexOf("{")), rule.slice(rule.lastIndexOf("{") + 1)];
        if (!rule.includes("{") || !hides(style.slice(0, 2_000))) continue;
        for (const selector of selectors.slice(0, 2_000).split(",")) {
          const simple = /^([.#]?)([A-Za-z_][\w-]{0,100})$/.exec(selector.trim());
          if (simple !== null) (simple[1] === "." ? classes : simple[1] === "#" ? ids : tags).add(simple[2] ?? "");
        }
      }
  }
  return { tags, classes, ids };
}

const withoutComments = (style: string): string =>
  style
    .split("/*")
    .map((part, at) => (at === 0 ? part : part.includes("*/") ? part.slice(part.indexOf("*/") + 2) : ""))
    .join(" ");

const letters = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
