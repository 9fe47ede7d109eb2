/** One runbook, as it stands in the repository: headings, paragraphs and lists, each as text. */
import { readText } from "./api.client.js";
import { el } from "./dom.client.js";

export async function showRunbook(view, rule) {
  view.title(`Runbook: ${rule}`);
  const text = await readText(`/console/runbooks/${rule}.md`, view.signal);
  view.root.append(...blocksOf(text), el("p", {}, el("a", { href: "#/alerts" }, "All alerts")));
}

/** The title is the page's own. */
function blocksOf(text) {
  const blocks = [];
  for (const part of text.split(/\n\s*\n/)) {
    const lines = part.split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0 || lines[0].startsWith("# ")) continue;
    if (lines[0].startsWith("## ")) blocks.push(el("h2", {}, lines[0].slice(3)));
    else if (lines[0].startsWith("- ")) blocks.push(el("ul", {}, ...itemsOf(lines).map((item) => el("li", {}, ...inline(item)))));
    else blocks.push(el("p", {}, ...inline(lines.join(" "))));
  }
  return blocks;
}

/** A line that begins no item goes on with the one before. */
const itemsOf = (lines) =>
  lines
    .map((line) => line.trim())
    .join("\n")
    .slice("- ".length)
    .split("\n- ")
    .map((item) => item.replaceAll("\n", " "));

/** Every second piece between backticks is code. Of a link the words stay. */
const inline = (text) =>
  text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .split("`")
    .map((piece, index) => (index % 2 === 1 ? el("code", {}, piece) : piece));
