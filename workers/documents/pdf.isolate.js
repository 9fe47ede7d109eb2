/**
 * The entrypoint of the isolate that reads PDF files: pdf.js, no binding, no network. Bytes in, pieces of text with their places out. One file at a time,
 * page by page, with a bound on what pdf.js does: a form that draws itself ten times, ten deep, is a short file.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { getDocument, OPS } from "pdfjs.mjs";

/** pdf.js looks at the clock once in so many operators, and a few times more for each page and form. */
const OPERATORS_A_LOOK = 100;

/**
 * The clock of pdf.js, whose time is how often it was looked at: within a turn the runtime's own stands still. A look beyond the last one throws, and
 * ends what pdf.js is about.
 */
let looks = 0;
let lastLook = 0;
Date.now = () => {
  if (++looks > lastLook) throw new Error("the file tells its reader to do too much");
  return looks;
};

/** The files that wait for their turn: the clock is for one of them. */
let turn = Promise.resolve();

export default class extends WorkerEntrypoint {
  read(bytes, most) {
    const answer = turn.then(() => readOne(bytes, most));
    turn = answer.catch(() => undefined);
    return answer;
  }
}

const TOO_MUCH = "the PDF draws more than is read: send it in parts, or as text";

/** Lets others have their turn: the local runtime has one thread for all. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
/** Parts of a page between pauses. */
const PARTS_A_TURN = 20;

/** 200: `[{width, height, pieces: [[text, x, y, height, width, turn?]]}]`. 422: why there are none, for who sent the file. */
async function readOne(bytes, { pages: mostPages, units: mostUnits, operators: mostOperators, ofPage }) {
  const [mostLooks, looksOfPage] = [mostOperators / OPERATORS_A_LOOK, ofPage / OPERATORS_A_LOOK];
  [looks, lastLook] = [0, looksOfPage];
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
      await pause();
      lastLook = Math.min(mostLooks, looks + looksOfPage);
      const page = await file.getPage(number);
      const { width, height, transform: shown } = page.getViewport({ scale: 1 });
      const pieces = [];
      // A piece at a time: what is too long is not collected first.
      const reader = page.streamTextContent({ includeMarkedContent: false }).getReader();
      let parts = 0;
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        if (++parts % PARTS_A_TURN === 0) await pause();
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
      // What breaks off within a form is taken for a damaged one, and the page goes on without it.
      if (looks > lastLook) return refused(TOO_MUCH);
      pages.push({ width, height, pieces });
    }
    return Response.json(pages);
  } catch (error) {
    if (looks > lastLook) return refused(TOO_MUCH);
    const name = typeof error?.name === "string" ? error.name : "";
    return refused(name === "PasswordException" ? "the PDF is encrypted: send it without its password" : "the PDF is damaged or cut short");
  } finally {
    await task?.destroy().catch(() => undefined);
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
