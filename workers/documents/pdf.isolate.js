/** The entrypoint of the isolate that reads PDF files: pdf.js, no binding, no network. Bytes in, pieces of text with their places out. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { getDocument } from "pdfjs.mjs";

export default class extends WorkerEntrypoint {
  /** 200: `[{width, height, pieces: [[text, x, y, height]]}]`. 422: why there are none, for who sent the file. */
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
      const pages = [];
      let left = mostUnits;
      for (let number = 1; number <= file.numPages; number++) {
        const page = await file.getPage(number);
        const { width, height } = page.getViewport({ scale: 1 });
        const [left0 = 0, bottom0 = 0] = page.view;
        const pieces = [];
        // A piece at a time: what is too long is not collected first.
        const reader = page.streamTextContent({ includeMarkedContent: false }).getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          for (const { str, transform } of part.value.items) {
            if (typeof str !== "string" || str === "") continue;
            left -= str.length;
            if (left < 0) {
              await reader.cancel(new Error("enough")).catch(() => undefined);
              return refused(`the PDF has more than ${mostUnits} characters: send it in parts`);
            }
            const letters = Math.hypot(transform[2], transform[3]);
            pieces.push([str, tenth(transform[4] - left0), tenth(transform[5] - bottom0), tenth(letters)]);
          }
        }
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

const tenth = (points) => Math.round(points * 10) / 10;
const refused = (message) => Response.json({ message }, { status: 422 });
