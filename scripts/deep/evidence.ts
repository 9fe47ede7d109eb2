/**
 * A run's evidence in a real browser with the network off: the file opens green; with one byte of its data changed it turns red and says
 * where; one of 200 steps is checked in time; without native Ed25519 it says the same. Needs Chromium (Debian's package `chromium`).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chance } from "../../core/chance.ts";
import { drivenRun, evidenceFile, testEvidence } from "../../test/support/evidence.ts";
import type { Check } from "./check.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const MUTATIONS = 20;
/** A run of 200 steps is checked within this, in ms, also on a busy machine. */
const WITHIN_MS = 20_000;
const OPEN_MS = 120_000;
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"],
  ...["--virtual-time-budget=60000", "--dump-dom"],
];

export const evidence: Check = {
  name: "evidence",
  title: "a run's evidence in Chromium, offline: green, red with the place after one changed byte, 200 steps in time",
  lacks: () => (CHROMIUM === undefined ? "Chromium (apt-get install chromium)" : null),
  async run({ sizes, tell, violation }) {
    const folder = mkdtempSync(join(tmpdir(), "bulkhead-evidence-"));
    try {
      const rows = [["what", "verdict", "ms"]];
      const open = (name: string, html: string, query = ""): { readonly verdict: string; readonly ms: number; readonly dom: string } => {
        tell(name);
        const file = join(folder, `${name.replaceAll(/\W+/g, "-")}.html`);
        writeFileSync(file, html, "latin1"); // the file is ASCII; a changed byte stays that byte
        const { stdout } = spawnSync(CHROMIUM ?? "", [...FLAGS, `--user-data-dir=${join(folder, "profile")}`, `file://${file}${query}`], {
          encoding: "utf8",
          timeout: OPEN_MS,
          maxBuffer: 256 * 1024 * 1024,
        });
        const verdict = /<html[^>]*data-verdict="(\w+)"/.exec(stdout)?.[1] ?? "none";
        return { verdict, ms: Number(/Checked offline in (\d+) ms/.exec(stdout)?.[1] ?? Number.NaN), dom: stdout };
      };
      const small = drivenRun(6);
      const id = small.machinery.birth.id;
      const data = testEvidence(small);
      const green = open("6 steps", evidenceFile(id, data));
      rows.push(["6 steps", green.verdict, String(green.ms)]);
      if (green.verdict !== "ok") violation(`a file that nobody changed is ${green.verdict}`);
      if (!/<svg[^>]*aria-label="Graph/.test(green.dom) || !/aria-label="Timeline of/.test(green.dom))
        violation("it draws no graph or no timeline");
      if (/<script[^>]*>alert/.test(green.dom)) violation("a run's words became markup");
      const slow = open("without native Ed25519", evidenceFile(id, data), "?slow");
      rows.push(["6 steps, without native Ed25519", slow.verdict, String(slow.ms)]);
      if (slow.verdict !== "ok" || !slow.dom.includes("signatures in this file")) violation(`without native Ed25519 it is ${slow.verdict}`);

      let red = 0;
      for (let index = 0; index < MUTATIONS; index++) {
        const at = Math.floor(chance(`evidence/${sizes.seed}/${index}`) * data.length);
        const byte = index % 4 === 3 ? 0x80 + (at % 100) : data.charCodeAt(at) ^ (1 << (index % 4));
        const changed = open(`changed ${index}`, evidenceFile(id, data.slice(0, at) + String.fromCharCode(byte) + data.slice(at + 1)));
        const isRed = changed.verdict === "bad" && /<ul id="findings"><li><strong>[^<]+<\/strong>/.test(changed.dom);
        if (isRed) red++;
        else violation(`byte ${at} of the data became ${byte}, and the page is ${changed.verdict}`);
      }
      rows.push([`${MUTATIONS} files with one changed byte`, `${red} red, with the place`, ""]);

      const large = drivenRun(200);
      const file = evidenceFile(large.machinery.birth.id, testEvidence(large));
      const shown = open("200 steps", file);
      rows.push([`200 steps, ${(file.length / 1e6).toFixed(1)} MB`, shown.verdict, String(shown.ms)]);
      if (shown.verdict !== "ok" || !(shown.ms < WITHIN_MS)) violation(`200 steps are ${shown.verdict} after ${shown.ms} ms`);
      return rows;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
