/**
 * The console in a real browser, over a platform with a run that waits, one that is done and one whose words try to become markup: everything
 * is reached by keyboard, nothing scrolls sideways on a phone, in light and dark, and no page reports an error or a refused script. Needs
 * Chromium (Debian's package `chromium`).
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { createClient } from "../../sdk/client.ts";
import { WORKFLOWS } from "../../workflows/index.ts";
import { shopTools } from "../../workflows/tools.ts";
import { openLog } from "../platform/log-file.ts";
import { OWN_FOLDER } from "../platform/places.ts";
import { startPlatform, waitUntilHealthy } from "../platform/platform.ts";
import { freePort } from "../platform/ports.ts";
import { startShop } from "../platform/shop.ts";
import { makePeople, REVIEWER } from "../start/people.ts";
import type { Check } from "./check.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];
const ADMIN_KEY = "bh_console_admin_key_0123456789abcdef";
/** The narrowest phone that is still sold: 360 CSS pixels. */
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };
const WAIT_MS = 60_000;
/** What each view looks like, for whoever wants to see it. */
const PICTURES = join(OWN_FOLDER, "console");
const MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

/** What is asked in the page itself, where the compiler of this project does not reach. */
const PLACES = `[...document.querySelectorAll("#nav a")].map((link) => link.getAttribute("href"))`;
const TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
const IS_DRAWN = `document.querySelector("#view").childElementCount > 0`;
const IS_ON_STEP = `document.activeElement.matches(".steps > li")`;
const IS_WRITING = `document.activeElement.tagName === "TEXTAREA"`;
const CARD_OF_FOCUS = `document.activeElement.closest(".card")?.textContent ?? ""`;
const SAID = `document.querySelector("#notice").textContent + (document.querySelector(".card .problem")?.textContent ?? "")`;
const IS_INCIDENT = `/^#.incidents.inc_/.test(location.hash) && document.querySelector("#view form textarea") !== null`;
const LABEL_OF_FOCUS = `document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent?.trim() ?? ""`;
/** Visible buttons, links and fields that a screen reader could not name. */
const UNNAMED = `[...document.querySelectorAll("main button, main a, main input, main select, main textarea, nav a")]
  .filter((control) => control.getClientRects().length > 0)
  .filter((control) => control.textContent.trim() === "" && (control.labels?.length ?? 0) === 0 && !control.ariaLabel)
  .map((control) => control.outerHTML.slice(0, 80))`;

export const consolePages: Check = {
  name: "console",
  title: "the console in Chromium: by keyboard, on a phone, in light and dark, without an error",
  lacks: () => (CHROMIUM === undefined ? "Chromium (apt-get install chromium)" : null),
  async run({ tell, violation }) {
    const folder = mkdtempSync(join(tmpdir(), "bulkhead-console-"));
    const shop = await startShop(await freePort(), join(folder, "ledger.jsonl"), openLog("console-shop"));
    const vars = { ADMIN_API_KEY: ADMIN_KEY, ALLOW_PRIVATE_HOSTS: "1" };
    const args = ["--port", String(await freePort()), "--persist-to", join(folder, "state")];
    const platform = await startPlatform({
      args: [...args, ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`])],
      output: openLog("console"),
      tell,
    });
    let browser: Browser | null = null;
    try {
      await waitUntilHealthy(platform);
      const admin = createClient({ url: platform.url, key: ADMIN_KEY });
      tell("runs");
      const people = await makePeople(platform.url, ADMIN_KEY);
      for (const [name, manifest] of Object.entries(shopTools(shop.url))) await people.developer.tools.register(name, manifest);
      for (const definition of WORKFLOWS) await people.developer.workflows.register(definition);
      // An alert that fires once the platform has looked, within a minute: a stop of a workflow that nothing here runs.
      await stopAWorkflow(platform.url);
      const start = (ticket: string) => people.app.runs.start({ workflow: "support-refund", input: { ticket }, subject: "cus_1" });
      const waiting = await start(`My espresso machine (order A-1002) arrived broken. I want my money back. ${MARKUP}`);
      await waitUntil(async () => (await people.app.runs.get(waiting.id)).status === "waiting");

      browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: FLAGS });
      const rows = [["what", "holds"]];
      const check = (what: string, holds: boolean, why = ""): void => {
        tell(what);
        rows.push([what, holds ? "✓" : "✗"]);
        if (!holds) violation(`${what}${why === "" ? "" : `: ${why}`}`);
      };
      const troubles: string[] = [];
      const page = await pageOf(browser, DESK, "light", troubles);
      for (const text of [`Prefers a call in the morning. ${MARKUP}`, "Is allergic to nickel."])
        await createClient({ url: platform.url, key: ADMIN_KEY }).memories.create({ tier: "semantic", text });
      await signInByKeyboard(page, platform.url, ADMIN_KEY);
      check("signs in by keyboard", await page.locator("#nav").isVisible());

      const places = await page.evaluate<string[]>(PLACES);
      const incident = await ownIncidentByKeyboard(page);
      check("an incident is opened, owned and resolved by keyboard", incident.said.includes("Saved"), incident.said);
      check("an incident's words stay words", (await page.title()) !== "owned");
      const remembered = await ownMemoriesByKeyboard(page);
      check("a memory is found, corrected, exported and deleted by keyboard", remembered === "", remembered);
      check("a memory's words stay words", (await page.title()) !== "owned" && (await page.locator("main img[src=x]").count()) === 0);
      const costs = await costsByKeyboard(page);
      check("costs are shown by model, by keyboard, with a bar each", costs === "", costs);
      const alert = await alertByKeyboard(page);
      check("an alert says since when it fires, and leads to its runbook by keyboard", alert === "", alert);
      const paths = [
        ...places,
        "#/alerts/error-rate",
        `#/runs/${waiting.id}`,
        `#/runs/${waiting.id}/explain`,
        `#/incidents/${incident.id}`,
      ];
      await open(page, `#/runs/${waiting.id}`);
      await page.locator(".graph .node").first().waitFor({ timeout: WAIT_MS });
      const steps = (await people.app.runs.get(waiting.id)).steps.length;
      const drawn = await page.locator(".graph .node").count();
      check("a run draws its graph", drawn === steps, `${drawn} boxes for ${steps} steps`);
      await page.locator(".graph .node").nth(1).focus();
      await page.keyboard.press("Enter");
      check("a box of the graph leads to its step", await page.evaluate<boolean>(IS_ON_STEP));
      check("a run's words stay words", (await page.title()) !== "owned" && (await page.locator("main img[src=x]").count()) === 0);
      await open(page, `#/runs/${waiting.id}/explain`);
      await page.locator(".summary").waitFor({ timeout: WAIT_MS });
      check("a run is explained on one screen", /cost .* and took/.test(await page.locator(".summary").innerText()));

      const desk = await pageOf(browser, DESK, "light", troubles);
      const { key } = await admin.keys.create({ user: REVIEWER, roles: ["reviewer"] });
      await signInByKeyboard(desk, platform.url, key);
      const said = await decideByKeyboard(desk, waiting.id);
      check("a review is decided by keyboard", said.includes("approved"), said);
      await waitUntil(async () => ["completed", "failed"].includes((await people.app.runs.get(waiting.id)).status));
      check("the run went on", (await people.app.runs.get(waiting.id)).status === "completed");

      for (const [size, scheme] of [
        [PHONE, "light"],
        [PHONE, "dark"],
        [DESK, "dark"],
      ] as const) {
        const other = await pageOf(browser, size, scheme, troubles);
        await signInByKeyboard(other, platform.url, ADMIN_KEY);
        for (const path of paths) {
          await open(other, path);
          await other.screenshot({
            path: join(
              PICTURES,
              `${path.replace(waiting.id, "ID").replace(incident.id, "ID").replaceAll(/\W+/g, "-")}-${size.width}-${scheme}.png`,
            ),
          });
          const sideways = await other.evaluate<number>(TOO_WIDE);
          const unnamed = await other.evaluate<string[]>(UNNAMED);
          check(
            `${path.replace(waiting.id, "ID").replace(incident.id, "ID")} at ${size.width} px, ${scheme}: fits`,
            sideways <= 0,
            `${sideways} px too wide`,
          );
          check(
            `${path.replace(waiting.id, "ID").replace(incident.id, "ID")} at ${size.width} px, ${scheme}: every control has a name`,
            unnamed.length === 0,
            unnamed.join(", "),
          );
        }
        await other.context().close();
      }
      await page.locator("#sign-out").focus();
      await page.keyboard.press("Enter");
      await page.locator("input[type=password]").waitFor({ timeout: WAIT_MS });
      await page.reload();
      await page.locator("input[type=password]").waitFor({ timeout: WAIT_MS });
      check("signing out ends the session", !(await page.locator("#nav").isVisible()));
      check("no page reported an error or a refused script", troubles.length === 0, troubles.slice(0, 5).join("; "));
      return rows;
    } finally {
      await browser?.close();
      await platform.child.stop();
      await shop.child.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function pageOf(browser: Browser, viewport: typeof DESK, colorScheme: "light" | "dark", troubles: string[]): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on("pageerror", (error) => troubles.push(error.message));
  // Before sign-in the console asks whether it is signed in, and is told that it is not: 401 is an answer there.
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 40[134]/.test(message.text())) troubles.push(message.text());
  });
  return page;
}

async function signInByKeyboard(page: Page, url: string, key: string): Promise<void> {
  await page.goto(`${url}/console`);
  await page.locator("input[type=password]").waitFor();
  await page.keyboard.type(key); // the field has the focus
  await page.keyboard.press("Enter");
  await page.locator("#nav").waitFor();
}

/** The view as its first answer has made it. */
async function open(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await waitUntil(() => page.evaluate<boolean>(IS_DRAWN)); // by evaluation: the page lets no string become code
  await page.waitForLoadState("networkidle").catch(() => {}); // a view that listens to events is never idle
}

/** From the navigation to the decision without a mouse: Tab moves, Enter presses. Answers what the page says of it. */
async function decideByKeyboard(page: Page, run: string): Promise<string> {
  await open(page, "#/reviews");
  await page.locator(".card textarea").first().waitFor();
  await page.locator("#main").focus();
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate<boolean>(IS_WRITING)) break;
  }
  if (!(await page.evaluate<string>(CARD_OF_FOCUS)).includes(run)) return "the focus is not in the card of the run";
  await page.keyboard.type("Broken on arrival, as the order says.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await waitUntil(async () => (await page.evaluate<string>(SAID)) !== "");
  return page.evaluate<string>(SAID);
}

/** Tab to a control by its label, from where the focus is. */
async function tabTo(page: Page, label: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await page.evaluate<string>(LABEL_OF_FOCUS)) === label) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no control is named "${label}"`);
}

/** Opens an incident, names its owner, resolves it and writes what happened, without a mouse. */
async function ownIncidentByKeyboard(page: Page): Promise<{ readonly id: string; readonly said: string }> {
  await open(page, "#/incidents");
  await page.locator("#main").focus();
  await tabTo(page, "What went wrong");
  await page.keyboard.type(`Refunds are paid twice ${MARKUP}`);
  await page.keyboard.press("Enter");
  await waitUntil(() => page.evaluate<boolean>(IS_INCIDENT));
  const id = (await page.evaluate<string>("location.hash")).split("/").at(-1) ?? "";
  await page.locator(".events li").first().waitFor({ timeout: WAIT_MS });
  await page.locator("#main").focus();
  await tabTo(page, "Owner (a user)");
  await page.keyboard.type("ann");
  await tabTo(page, "Status");
  await page.keyboard.type("Resolved");
  await tabTo(page, "Post-mortem");
  await page.keyboard.type("A timeout was taken for a refusal.");
  await tabTo(page, "Save");
  await page.keyboard.press("Enter");
  await waitUntil(async () => (await page.evaluate<string>(SAID)) !== "");
  return { id, said: await page.evaluate<string>(SAID) };
}

/** Finds a memory by its words, corrects it, exports all and deletes it, without a mouse. Answers what went wrong; "": nothing. */
async function ownMemoriesByKeyboard(page: Page): Promise<string> {
  await open(page, "#/memories");
  await page.locator("#view .card").nth(1).waitFor();
  await page.locator("#main").focus();
  await tabTo(page, "Words in it");
  await page.keyboard.type("nickel allergies");
  await page.keyboard.press("Enter");
  await waitUntil(async () => (await page.locator("#view .card").count()) === 1);
  await tabTo(page, "Correct");
  await page.keyboard.press("Enter");
  if (!(await page.evaluate<boolean>(IS_WRITING))) return "the focus is not in the correction";
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Is allergic to nickel and wool.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await waitUntil(async () => (await page.evaluate<string>(SAID)).includes("Corrected"));
  if (!(await page.locator("#view .card").innerText()).includes("nickel and wool")) return "the correction is not shown";
  await tabTo(page, "Export all as a file");
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  const exported = JSON.parse(readFileSync(await file.path(), "utf8")) as { readonly memories: readonly { readonly text: string }[] };
  if (exported.memories.length !== 2) return `${exported.memories.length} memories are exported`;
  await page.locator("#main").focus();
  await tabTo(page, "Delete");
  await page.keyboard.press("Enter");
  await page.locator("dialog").waitFor();
  await page.keyboard.press("Enter"); // the focus is on Cancel
  await waitUntil(async () => (await page.locator("dialog").count()) === 0);
  if ((await page.locator("#view .card").count()) !== 1) return "a deletion that was cancelled took place";
  await page.keyboard.press("Enter");
  await page.locator("dialog").waitFor();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await waitUntil(async () => (await page.evaluate<string>(SAID)).includes("Deleted"));
  return (await page.locator("#view .card").count()) === 0 ? "" : "the memory is still shown";
}

async function stopAWorkflow(url: string): Promise<void> {
  const body = JSON.stringify({ scope: "workflow:order-fulfilment", reason: "an alert for the console" });
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  const answer = await fetch(`${url}/admin/kill-switch`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`the kill switch answered ${answer.status}: ${await answer.text()}`);
}

/** Chooses a dimension and what no ledger pays, without a mouse. Answers what is wrong with the table; "" where nothing is. */
async function costsByKeyboard(page: Page): Promise<string> {
  await open(page, "#/costs");
  await page.locator("#main").focus();
  await tabTo(page, "By");
  await page.keyboard.type("Model");
  await tabTo(page, "Include");
  await page.keyboard.type("The platform");
  const row = page.locator(".costs tbody tr").filter({ hasText: "bulkhead/rehearsal" });
  await row.first().waitFor({ timeout: WAIT_MS });
  await page.locator(".costs thead th").filter({ hasText: "Platform" }).waitFor({ timeout: WAIT_MS });
  const bars = await page.locator(".costs tbody .track").count();
  const rows = await page.locator(".costs tbody tr").count();
  if (bars !== rows) return `${bars} bars for ${rows} lines`;
  const heads = await page.locator(".costs thead th").allInnerTexts();
  return heads.includes("People") ? "" : `the columns are ${heads.join(", ")}`;
}

/** Waits for the alert, goes to its runbook by Tab and Enter. Answers what is wrong; "" where nothing is. */
async function alertByKeyboard(page: Page): Promise<string> {
  await open(page, "#/alerts");
  const card = page.locator(".card").filter({ hasText: "a kill switch stops work" });
  await card.waitFor({ timeout: 3 * WAIT_MS });
  const told = await card.innerText();
  if (!/Now\s+1 switches/.test(told) || !/Since\s+\S/.test(told)) return `the card says ${told}`;
  await page.locator("#main").focus();
  await tabTo(page, "Runbook: kill-switch");
  await page.keyboard.press("Enter");
  await page.locator("#view h2").filter({ hasText: "What to do" }).waitFor({ timeout: WAIT_MS });
  return "";
}

async function waitUntil(holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + WAIT_MS;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error("it did not come to pass within a minute");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
