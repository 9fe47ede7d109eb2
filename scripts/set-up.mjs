/**
 * Set-up for every npm script: brings `node_modules` in line with the lock file, and a Node that is new enough with it.
 * Runs under whatever Node the machine has (20 or newer), needs no package, and is done in milliseconds when nothing changed.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MODULES = join(ROOT, "node_modules");
const STAMP = join(MODULES, ".bulkhead-set-up.json");
const LOCK = join(ROOT, ".bulkhead", "set-up.lock");
/** The Node that wrangler, vitest and our own scripts run under. */
const BUNDLED_NODE = join(MODULES, ".bin", "node");
const OLDEST_NODE = 20;
const OLDEST_BUNDLED_NODE = 22;

const lockText = readFileSync(join(ROOT, "package-lock.json"), "utf8");
const stamp = JSON.stringify({
  lock: createHash("sha256").update(lockText).digest("hex"),
  platform: `${process.platform}-${process.arch}`,
});

await main();

async function main() {
  if (major(process.versions.node) < OLDEST_NODE) {
    fail(`Node ${OLDEST_NODE} or newer is needed to set up; this is ${process.versions.node}.`);
  }
  if (isStamped() && bundledNodeFits()) return;
  await alone(async () => {
    if (isStamped() && bundledNodeFits()) return; // another set-up has done it meanwhile
    if (!modulesFitLock()) await install();
    if (!bundledNodeFits()) await installBundledNode();
    writeFileSync(STAMP, stamp);
  });
}

function isStamped() {
  return readOrNull(STAMP) === stamp;
}

/**
 * Somebody may have run `npm ci` by hand: npm's own record of what it installed is compared with the lock file. What only other
 * platforms install is missing there, and may be.
 */
function modulesFitLock() {
  const installed = parseOrNull(readOrNull(join(MODULES, ".package-lock.json")))?.packages;
  if (installed === undefined) return false;
  for (const [path, wanted] of Object.entries(JSON.parse(lockText).packages)) {
    if (path === "") continue;
    const found = installed[path];
    if (found === undefined ? !wanted.optional && !wanted.peer : found.version !== wanted.version || !existsSync(join(ROOT, path)))
      return false;
  }
  return true;
}

function bundledNodeFits() {
  if (!existsSync(BUNDLED_NODE)) return false;
  const answer = spawnSync(BUNDLED_NODE, ["--version"], { encoding: "utf8" });
  return answer.status === 0 && major(answer.stdout.trim().slice(1)) >= OLDEST_BUNDLED_NODE;
}

async function install() {
  const total = Object.keys(JSON.parse(lockText).packages).length - 1;
  const outcome = await withProgress(
    "Installing packages",
    () => `${countPackages()} of about ${total}`,
    npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], ROOT),
  );
  if (outcome.code === 0) return;
  fail(`npm ci ended with ${outcome.code}:\n${indent(outcome.output)}\n${advice(outcome.output)}`);
}

/** npm may hold back install scripts (`ignore-scripts`, an older npm without `allowScripts`): then that of the package `node` is run here. */
async function installBundledNode() {
  const folder = join(MODULES, "node");
  const script = join(folder, "installArchSpecificPackage.js");
  if (!existsSync(script)) fail("The package `node` is not where npm should have put it. Remove node_modules and run this again.");
  const outcome = await withProgress("Installing Node for the scripts", () => "", run(process.execPath, [script], folder));
  if (outcome.code === 0 && bundledNodeFits()) return;
  fail(
    [
      `The package \`node\` could not install its program (node_modules/.bin/node, ${OLDEST_BUNDLED_NODE} or newer):`,
      indent(outcome.output),
      "Allow install scripts for this folder (`npm config get ignore-scripts` should say false), then:",
      "  npm rebuild node",
      "or, if this platform has no such package, put a link to a Node of 22 or newer at node_modules/.bin/node.",
    ].join("\n"),
  );
}

/** npm as this process was started by it, else the one on the path. */
function npm(args, folder) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith(".js") ? run(process.execPath, [cli, ...args], folder) : run("npm", args, folder);
}

/** Runs to the end; `output` is the last of what it wrote. Signals reach the child too, so that nothing keeps installing alone. */
function run(command, args, folder) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, npm_config_update_notifier: "false" },
    });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-8000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const forward = (signal) => {
      child.kill(signal);
      releaseLock();
      process.exit(130);
    };
    process.once("SIGINT", forward).once("SIGTERM", forward);
    const end = (code) => {
      process.off("SIGINT", forward).off("SIGTERM", forward);
      resolve({ code, output: output.trim() });
    };
    child.once("error", (error) => {
      output += error.code === "ENOENT" ? `${command} was not found on the path` : String(error);
      end(127);
    });
    child.once("close", (code, signal) => end(code ?? signal));
  });
}

/** One line that moves on a terminal; elsewhere a line at the start, every 15 seconds and at the end. */
async function withProgress(title, detail, work) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const line = () => `${title} … ${[`${seconds()} s`, detail()].filter(Boolean).join(", ")}`;
  const tty = process.stdout.isTTY === true;
  if (!tty) console.log(`${title} …`);
  const timer = setInterval(() => (tty ? process.stdout.write(`\r\x1b[2K${line()}`) : console.log(line())), tty ? 250 : 15_000);
  const outcome = await work;
  clearInterval(timer);
  console.log(`${tty ? "\r\x1b[2K" : ""}${title}: ${outcome.code === 0 ? "done" : "failed"} after ${seconds()} s`);
  return outcome;
}

function countPackages() {
  let count = 0;
  for (const name of namesIn(MODULES)) {
    if (name.startsWith(".")) continue;
    count += name.startsWith("@") ? namesIn(join(MODULES, name)).length : 1;
  }
  return count;
}

/** Two set-ups at once would install over each other: the second waits, then finds the work done. */
async function alone(work) {
  mkdirSync(join(ROOT, ".bulkhead"), { recursive: true });
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  for (let waited = false; ; waited = true) {
    try {
      linkSync(mine, LOCK); // with its content at once, unlike a file that is created and then written
      rmSync(mine);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (!isAlive(Number(readOrNull(LOCK) ?? 0))) rmSync(LOCK, { force: true });
      else {
        if (!waited) console.log("Another set-up is at work in this folder; waiting for it …");
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }
  try {
    await work();
  } finally {
    releaseLock();
  }
}

function releaseLock() {
  if (readOrNull(LOCK) === String(process.pid)) rmSync(LOCK, { force: true });
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function advice(output) {
  if (/EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network/i.test(output)) {
    return "The npm registry is out of reach: check the network and `npm config get registry` (and proxy), then run this again.";
  }
  if (/ENOSPC/.test(output)) return "The disk is full: about 600 MB are needed.";
  if (/EACCES|EPERM/.test(output)) return "This folder cannot be written by the user who runs this.";
  if (/EUSAGE|in sync/.test(output)) return "package.json and package-lock.json disagree: run `npm install` and commit the lock file.";
  return "What npm wrote in full is in its own log (the folder that `npm config get cache` names, under _logs).";
}

function fail(message) {
  console.error(`\nSet-up failed. ${message}`);
  releaseLock();
  process.exit(1);
}

function major(version) {
  return Number(version.split(".")[0]);
}

function indent(text) {
  return text
    .split("\n")
    .slice(-25)
    .map((line) => `  ${line}`)
    .join("\n");
}

function readOrNull(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function parseOrNull(text) {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
