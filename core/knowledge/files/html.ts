/** HTML as Markdown: what a reader sees of it, with its headings, lists and tables. What is hidden is dropped and counted. Pure, linear. */
import { Blocks, rowOf } from "./blocks.ts";
import { type Counting, countedAs, itemPrefix } from "./list-label.ts";
import { attributesOf, tokensOf, unescaped } from "./markup.ts";
import { isUnseen, PAGE, type Sight, type Style, Styles, sightOf } from "./sight.ts";
import { StyleSheet } from "./style-sheet.ts";
import { type Cell, fillBudget, TableRows } from "./table.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

const VOID = set("area base br col embed hr img input link meta param source track wbr");
/** Code, and what the head of a page says of it: no text of a document, and not counted. */
const CODE = set("script style title");
/** What a browser does not show: kept for later, for a machine, or for a browser that lacks something. */
const UNSHOWN = set(
  "template noscript object iframe noembed noframes datalist canvas audio video annotation annotation-xml desc defs metadata symbol rp",
);
const BLOCK = set(
  "p div section article main header footer nav aside address blockquote figure figcaption ul ol menu dl dt dd form fieldset legend hr table caption details summary dialog hgroup search center body html option optgroup pre li tr h1 h2 h3 h4 h5 h6",
);
/** An open paragraph ends where one of these begins. */
const ENDS_PARAGRAPH = set(
  "p div section article main header footer nav aside address blockquote figure figcaption ul ol menu dl form fieldset hr table details pre h1 h2 h3 h4 h5 h6",
);
/** An open element of the second kind ends where the first begins. */
const ENDS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["li", set("li")],
  ["dt", set("dt dd")],
  ["dd", set("dt dd")],
  ["option", set("option")],
  ["optgroup", set("option optgroup")],
]);
/** What may stand open within an element that ends by itself. */
const WITHIN = set("a b i u s em strong small span font code big del ins sub sup mark label p option");
/** Elements that are looked through for the one that ends. */
const FARTHEST = 20;
/** Pictures and fields part what stands on their sides. */
const PARTS = set("img input select textarea button iframe object video audio canvas svg embed meter progress");
const COUNTING: ReadonlyMap<string, Counting> = new Map([
  ["a", "lower_letter"],
  ["A", "upper_letter"],
  ["i", "lower_roman"],
  ["I", "upper_roman"],
  ["lower-alpha", "lower_letter"],
  ["lower-latin", "lower_letter"],
  ["upper-alpha", "upper_letter"],
  ["upper-latin", "upper_letter"],
  ["lower-roman", "lower_roman"],
  ["upper-roman", "upper_roman"],
  ["decimal-leading-zero", "zero"],
]);

/** A document's visible text. `dropped`: letters of it that are hidden. `doubtful`: letters that are kept, and may be hidden. */
export type Visible = { readonly text: string; readonly dropped: number; readonly doubtful: number };

type Open = {
  readonly name: string;
  readonly sight: Sight;
  readonly isUnseen: boolean;
  /** What is written where it ends. */
  readonly end: string;
  readonly marks: { readonly isShifted: boolean; readonly isStruck: boolean; readonly isBlock: boolean; readonly isApart: boolean };
  /** Of closed details: how their title is seen. */
  readonly opens?: Sight;
  /** How many elements have begun in it: of a power the second is the exponent. */
  children: number;
};
type List = { readonly isOrdered: boolean; readonly counting: Counting | null; readonly step: number; next: number };
type Table = { readonly rows: TableRows; row: Cell[] | null; cell: { readonly columns: number; readonly rows: number } | null };

const NO_STYLE = new Map<string, string>();

/** The visible text of a page. */
export function textOfHtml(source: string): Visible {
  const blocks = new Blocks();
  const styles = new Styles(new StyleSheet(source));
  const reversed = lengthsOfReversed(source);
  const budget = fillBudget();
  const stack: Open[] = [];
  const counts = new Map<string, number>();
  const lists: List[] = [];
  const tables: Table[] = [];
  let isCode = 0;
  let preformatted = 0;
  let dropped = 0;
  let doubtful = 0;
  /** Tables within a cell are written as blocks of their own. */
  const table = (): Table | null => tables.at(-1) ?? null;
  const inCell = (): boolean => table()?.cell != null;
  const part = (prefix = ""): void => {
    if (!inCell()) blocks.begin(prefix);
    else blocks.text(` ${prefix.trim()} `);
  };

  const endCell = (): void => {
    const top = table();
    if (top?.cell != null) top.row?.push({ text: blocks.take(), ...top.cell });
    if (top !== null) top.cell = null;
  };
  const endRow = (): void => {
    const top = table();
    if (top === null) return;
    endCell();
    const texts = top.row === null ? null : top.rows.row(top.row);
    if (texts !== null) blocks.line(rowOf(texts));
    top.row = null;
  };
  /** Before a table within a cell: what the row has so far is written. */
  const interrupt = (): void => {
    const top = table();
    if (top?.row == null) return;
    endRow();
    top.row = [];
  };

  const leave = (name: string): void => {
    if ((counts.get(name) ?? 0) === 0) {
      // A browser makes an empty paragraph and a line of these.
      if (name === "p") part();
      else if (name === "br") blocks.newline();
      return;
    }
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      counts.set(top.name, (counts.get(top.name) ?? 1) - 1);
      ends(top);
      if (top.name === name) return;
    }
  };
  const ends = ({ name, end, marks, isUnseen: unseen }: Open): void => {
    if (CODE.has(name)) isCode--;
    if (name === "pre") preformatted--;
    if (name === "ul" || name === "ol" || name === "menu") lists.pop();
    if (unseen && name !== "table" && name !== "tr" && name !== "td" && name !== "th") return;
    if (end !== "") blocks.text(end);
    if (marks.isShifted) blocks.level();
    if (marks.isStruck) blocks.unstrike();
    if (marks.isApart) blocks.gap();
    if (name === "td" || name === "th") {
      if (!unseen) endCell();
    } else if (name === "tr") endRow();
    else if (name === "table") {
      endRow();
      tables.pop();
      blocks.begin();
    } else if (name === "thead" || name === "tbody" || name === "tfoot") {
      endRow();
      table()?.rows.end();
    } else if (name === "pre" && !inCell() && preformatted === 0) blocks.code();
    else if (marks.isBlock) part();
  };

  const begins = (name: string, attributes: ReadonlyMap<string, string>, style: Style): void => {
    if (name === "br") blocks.newline();
    else if (name === "table") {
      interrupt();
      blocks.begin();
      tables.push({ rows: new TableRows(budget), row: null, cell: null });
    } else if (name === "tr" && table() !== null) {
      endRow();
      blocks.begin();
      const top = table();
      if (top !== null) top.row = [];
    } else if ((name === "td" || name === "th") && table() !== null) {
      endCell();
      const top = table();
      // Text that stands between rows and cells is shown before the table.
      if (top?.row == null) blocks.begin();
      else if (top.row.length > 0 || blocks.isOpen) part();
      if (top !== null) {
        top.row ??= [];
        const rows = spanOf(attributes.get("rowspan"));
        top.cell = { columns: Math.max(1, spanOf(attributes.get("colspan"))), rows: rows === 0 ? 65_534 : rows };
      }
    } else if (name === "thead" || name === "tbody" || name === "tfoot") table()?.rows.end();
    else if (/^h[1-6]$/.test(name)) part(`${"#".repeat(Number(name[1]))} `);
    else if (name === "li") part(prefixOf(attributes, style));
    else if (name === "option") part("- ");
    else if (name === "optgroup") {
      part();
      blocks.text(unescaped(attributes.get("label") ?? ""));
    } else if (name === "input") blocks.text(fieldOf(attributes));
    else if (BLOCK.has(name) || isBlockStyle(style)) part();
    else if (PARTS.has(name) || /^table-cell$/.test(style.value("display") ?? "")) blocks.text(" ");
  };
  const prefixOf = (attributes: ReadonlyMap<string, string>, style: Style): string => {
    const list = lists.at(-1);
    const level = Math.max(0, lists.length - 1);
    if (list === undefined || !list.isOrdered) return itemPrefix("", level);
    const value = integerOf(attributes.get("value"));
    const number = value ?? list.next;
    list.next = number + list.step;
    const own = style.value("list-style-type");
    const counting = own === null ? (COUNTING.get(attributes.get("type") ?? "") ?? list.counting) : countingOf(own);
    return itemPrefix(counting === null ? "" : `${countedAs(counting, number)}.`, level);
  };
  /** Elements of mathematics say by their place what they are. */
  const placeOf = (parent: Open | undefined): { shift: "up" | "down" | null; before: string; end: string } => {
    const at = parent?.children ?? 0;
    const kind = parent?.name ?? "";
    const plain = { shift: null, before: "", end: "" };
    if ((kind === "msup" || kind === "mover" || kind === "mroot") && at === 1) return { ...plain, shift: "up" };
    if ((kind === "msub" || kind === "munder") && at === 1) return { ...plain, shift: "down" };
    if (kind === "msubsup" || kind === "munderover") return { ...plain, shift: at === 1 ? "down" : at === 2 ? "up" : null };
    if (kind === "mfrac") return { shift: null, before: at === 1 ? "/(" : "(", end: ")" };
    return kind === "mtr" || kind === "mtable" ? { ...plain, end: " " } : plain;
  };

  for (const token of tokensOf(source, "html")) {
    if (token.kind === "unseen") dropped += letters(token.text);
    else if (token.kind === "close") leave(token.name);
    else if (token.kind === "text") {
      const top = stack.at(-1);
      if (top?.isUnseen === true) {
        if (isCode === 0) dropped += letters(token.text);
        continue;
      }
      if (isCode > 0) continue;
      const text = unescaped(token.text);
      if (top?.sight.isDoubtful === true) doubtful += letters(text);
      blocks.text(preformatted > 0 ? text : text.replaceAll(/\s+/g, " "));
    } else {
      const { name } = token;
      closeWhatEnds(name);
      const parent = stack.at(-1);
      const style = styles.of(name, token.attributes);
      const attributes = token.attributes.trim() === "" ? NO_STYLE : attributesOf(token.attributes);
      // The title of what a click opens is seen.
      const outer = name === "summary" && parent?.opens !== undefined ? parent.opens : (parent?.sight ?? PAGE);
      const inner = behindClick(name, attributes, sightOf(style, outer));
      const sight = UNSHOWN.has(name) || CODE.has(name) ? { ...inner, isGone: true } : inner;
      const unseen = sight === outer ? parent?.isUnseen === true : isUnseen(sight);
      if (unseen && !sight.isGone && parent?.isUnseen !== true) blocks.gap(); // takes its place, and shows nothing
      const place = placeOf(parent);
      if (parent !== undefined) parent.children++;
      if (!sight.isGone || name === "table") begins(name, attributes, style);
      if (VOID.has(name) || token.isEmpty) continue;
      if (name === "ul" || name === "ol" || name === "menu") lists.push(listOf(name, attributes, style, reversed));
      if (name === "pre") {
        if (preformatted === 0 && !inCell() && !unseen) blocks.begin();
        preformatted++;
      }
      if (CODE.has(name)) isCode++;
      const up = name === "sup" || place.shift === "up";
      const marks = {
        isShifted: !unseen && (up || name === "sub" || place.shift === "down"),
        isStruck:
          !unseen &&
          (name === "s" ||
            name === "del" ||
            name === "strike" ||
            (!style.isPlain && /line-through/.test(style.value("text-decoration") ?? ""))),
        isBlock: BLOCK.has(name) || isBlockStyle(style),
        isApart: !style.isPlain && (style.value("gap") !== null || /^(?:inline-|table-cell|flex|grid)/.test(style.value("display") ?? "")),
      };
      if (!unseen) {
        if (marks.isApart) blocks.gap();
        if (marks.isShifted) blocks.shift(up ? "up" : "down");
        if (marks.isStruck) blocks.strike();
        if (place.before !== "") blocks.text(place.before);
        if (name === "msqrt" || name === "mroot") blocks.text("√(");
        if (name === "rt") blocks.text("(");
      }
      const end =
        name === "rt" || name === "msqrt" || name === "mroot"
          ? `)${place.end}`
          : PARTS.has(name) || name === "text" || name === "tspan"
            ? " "
            : place.end;
      const opens = name === "details" && sight !== outer ? outer : undefined;
      stack.push({ name, sight, isUnseen: unseen, end, marks, children: 0, ...(opens === undefined ? {} : { opens }) });
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  while (stack.length > 0) leave(stack.at(-1)?.name ?? "");
  return { text: blocks.toString(), dropped, doubtful };

  /** Tags that close others: a list's items, a table's cells and rows, paragraphs. */
  function closeWhatEnds(name: string): void {
    if (name === "td" || name === "th") closeUpTo(CELLS, "tr");
    else if (name === "tr" || name === "thead" || name === "tbody" || name === "tfoot") {
      closeUpTo(CELLS, "tr");
      closeUpTo(ROWS, "table");
    } else {
      if (ENDS_PARAGRAPH.has(name) && (counts.get("p") ?? 0) > 0) closeNear(P);
      const like = ENDS.get(name);
      if (like !== undefined) closeNear(like);
    }
  }
  function closeUpTo(names: ReadonlySet<string>, stop: string): void {
    for (let n = stack.length - 1; n >= 0 && n >= stack.length - FARTHEST; n--) {
      const name = stack[n]?.name ?? "";
      if (names.has(name)) {
        while (stack.length > n) leave(stack.at(-1)?.name ?? "");
        return;
      }
      if (name === stop || name === "table") return;
    }
  }
  function closeNear(names: ReadonlySet<string>): void {
    for (let n = stack.length - 1; n >= 0 && n >= stack.length - FARTHEST; n--) {
      const name = stack[n]?.name ?? "";
      if (names.has(name)) {
        while (stack.length > n) leave(stack.at(-1)?.name ?? "");
        return;
      }
      if (!WITHIN.has(name)) return;
    }
  }
}

/** What only a click shows may be seen, and may not. */
const behindClick = (name: string, attributes: ReadonlyMap<string, string>, sight: Sight): Sight =>
  name === "details" && !attributes.has("open") && !sight.isDoubtful ? { ...sight, isDoubtful: true } : sight;

const P = set("p");
const CELLS = set("td th");
const ROWS = set("tr");

const isBlockStyle = (style: Style): boolean =>
  !style.isPlain && /^(?:block|flex|grid|table|list-item|flow-root|table-row|table-caption)$/.test(style.value("display") ?? "");

function listOf(name: string, attributes: ReadonlyMap<string, string>, style: Style, reversed: number[]): List {
  const isReversed = name === "ol" && attributes.has("reversed");
  const length = isReversed ? (reversed.pop() ?? 1) : 1;
  const own = style.value("list-style-type");
  const counting = own === null ? (COUNTING.get(attributes.get("type") ?? "") ?? "decimal") : countingOf(own);
  return { isOrdered: name === "ol", counting, step: isReversed ? -1 : 1, next: integerOf(attributes.get("start")) ?? length };
}

/** null: no number is shown. */
function countingOf(value: string): Counting | null {
  const word = value.split(/\s+/).find((one) => COUNTING.has(one));
  if (word !== undefined) return COUNTING.get(word) ?? null;
  return /\b(?:none|disc|circle|square)\b/.test(value) ? null : "decimal";
}

/** How many items each list has that counts down, in the order of their beginnings. */
function lengthsOfReversed(source: string): number[] {
  if (!/\breversed\b/i.test(source)) return [];
  const lengths: number[] = [];
  const open: number[] = [];
  for (const token of tokensOf(source, "html"))
    if (token.kind === "open" && (token.name === "ol" || token.name === "ul")) {
      const isReversed = token.name === "ol" && attributesOf(token.attributes).has("reversed");
      open.push(isReversed ? lengths.push(0) - 1 : -1);
    } else if (token.kind === "close" && (token.name === "ol" || token.name === "ul")) open.pop();
    else if (token.kind === "open" && token.name === "li") {
      const at = open.at(-1) ?? -1;
      if (at >= 0) lengths[at] = (lengths[at] ?? 0) + 1;
    }
  return lengths.reverse();
}

/** What a field shows. */
function fieldOf(attributes: ReadonlyMap<string, string>): string {
  const type = (attributes.get("type") ?? "text").toLowerCase();
  if (type === "checkbox" || type === "radio") return attributes.has("checked") ? " [x] " : " [ ] ";
  if (/^(?:hidden|password|file|image|color|range)$/.test(type)) return " ";
  return ` ${unescaped(attributes.get("value") ?? "")} `;
}

const integerOf = (text: string | undefined): number | null => (/^\s*-?\d{1,9}\s*$/.test(text ?? "") ? Number(text) : null);
const spanOf = (text: string | undefined): number =>
  Math.min(65_534, /^\s*\d{1,9}/.test(text ?? "") ? Number.parseInt(text ?? "1", 10) : 1);

const letters = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
