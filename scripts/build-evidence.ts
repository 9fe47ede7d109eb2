/**
 * `npm run build:evidence`: makes the script of evidence files (workers/evidence/page/evidence.client.js) of its source, of the checks in
 * core/evidence and of noble's Ed25519. The result is committed; a test compares it with what its sources give now.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const PAGE = join(ROOT, "workers/evidence/page");

/** The script as its sources give it now. */
export async function evidenceScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(PAGE, "show.source.js")],
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    charset: "ascii",
    format: "iife",
    target: "es2022",
    legalComments: "none",
    write: false,
  });
  const text = outputFiles[0]?.text ?? "";
  if (/<\/script|<!--/i.test(text)) throw new Error("the script would end its own element");
  return text;
}

if (import.meta.main) await writeFile(join(PAGE, "evidence.client.js"), await evidenceScript());
