/** The entrypoint of the isolate that reads PDF files: pdf.js, no binding, no network. Bytes in, pieces of text with their places out. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { getDocument, OPS } from "pdfjs.mjs";

export default class extends WorkerEntrypoint {
  /** 200: `[{width, height, pieces: [[text, x, y, height, width, turn?]]}]`. 422: why there are none, for who sent the file. */
  async read(bytes, { pages: mostPages, units: mostUnits }) {
    let task;
    try {
      task = getDocument({
        data: new Uint8Array(bytes),
        isEvalSupported: false,
        useSystemFonts: true,
        disableFontFace: true,
        useWorkerFetch: false,
        stopAtErrors: false,
        enableXfa: false,
        maxImageSize: 1,
        verbosity: 0,
      });
      const file = await task.promise;
      if (file.numPages > mostPages) return refused(`the PDF has ${file.numPages} pages, and ${mostPages} are read: send it in parts`);
      const layers = await file.getOptionalContentConfig();
      const hasHiddenLayers = [...layers].some(([, layer]) => !layer.visible);
      const pages = [];
      let left = mostUnits;
      for (let number = 1; number <= file.numPages; number++) {
        const page = await file.getPage(number);
        const { width, height, transform: shown } = page.getViewport({ scale: 1 });
        const pieces = [];
        // A piece at a time: what is too long is not collected first.
        const reader = page.streamTextContent({ includeMarkedContent: false }).getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          for (const { str, transform, width: wide } of part.value.items) {
            if (typeof str !== "string" || str === "") continue;
            left -= str.length;
            if (left < 0) {
              await reader.cancel(new Error("enough")).catch(() => undefined);
              return refused(`the PDF has more than ${mostUnits} characters: send it in parts`);
            }
            // The page as it is shown: turned as it says, and counted from its lower left.
            const [x, down] = onto(shown, transform[4], transform[5]);
            const turn = turnOf(shown, transform);
            const letters = Math.hypot(transform[2], transform[3]);
            const piece = [str, tenth(x), tenth(height - down), tenth(letters), tenth(wide)];
            pieces.push(turn === 0 ? piece : [...piece, turn]);
          }
        }
        if (hasHiddenLayers) withoutHiddenLayers(pieces, await shownLetters(page, layers));
        page.cleanup();
        pages.push({ width, height, pieces });
      }
      return Response.json(pages);
    } catch (error) {
      const name = typeof error?.name === "string" ? error.name : "";
      return refused(
        name === "PasswordException" ? "the PDF is encrypted: send it without its password" : "the PDF is damaged or cut short",
      );
    } finally {
      await task?.destroy().catch(() => undefined);
    }
  }
}

/** Letters of a page in their order: `[how many, whether their layer is on]`. */
async function shownLetters(page, layers) {
  const { fnArray, argsArray } = await page.getOperatorList();
  const around = [true];
  const letters = [];
  for (const [at, operator] of fnArray.entries()) {
    const [first, second] = argsArray[at] ?? [];
    const isShown = around.at(-1);
    if (operator === OPS.beginMarkedContentProps) around.push(isShown && (first !== "OC" || layers.isVisible(second)));
    else if (operator === OPS.beginMarkedContent) around.push(isShown);
    else if (operator === OPS.endMarkedContent && around.length > 1) around.pop();
    else if (operator === OPS.showText) letters.push([first.reduce((sum, glyph) => sum + lengthOf(glyph?.unicode ?? ""), 0), isShown]);
  }
  return letters;
}

/** Pieces on a layer that is off get no height: nobody sees them. Where both do not have the same letters, all are kept. */
function withoutHiddenLayers(pieces, letters) {
  const total = pieces.reduce((sum, [text]) => sum + lengthOf(text), 0);
  if (total !== letters.reduce((sum, [length]) => sum + length, 0)) return;
  let at = 0;
  let end = 0;
  let next = -1;
  for (const piece of pieces) {
    const length = lengthOf(piece[0]);
    if (length === 0) continue;
    while (end <= at && next + 1 < letters.length) end += letters[++next][0];
    if (!letters[next][1]) piece[3] = 0;
    at += length;
  }
}

/** Ligatures count as their letters, and blanks not at all. */
const lengthOf = (text) => text.normalize("NFKC").replace(/\s/g, "").length;

const onto = ([a, b, c, d, e, f], x, y) => [a * x + c * y + e, b * x + d * y + f];
/** How letters are turned against who looks at the page, in degrees counterclockwise. */
const turnOf = ([a, b, c, d], [x, y]) => (360 + Math.round((Math.atan2(-(b * x + d * y), a * x + c * y) * 180) / Math.PI)) % 360;
const tenth = (points) => Math.round(points * 10) / 10;
const refused = (message) => Response.json({ message }, { status: 422 });
