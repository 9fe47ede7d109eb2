/**
 * `npm run tail -- [--run ID] [--trace ID] [--org ORG] [--level warn] [--deployed [--env NAME] | --file FILE | -]`: the log of a platform,
 * readably and as it comes; by default that of the local one that `npm start` runs. `--deployed` follows `wrangler tail`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { StringDecoder } from "node:string_decoder";
import { parseArgs } from "node:util";
import { DEFAULT_STATE, LOG_FOLDER, ROOT } from "./platform/places.ts";
import { wranglerArguments, wranglerEnvironment } from "./platform/wrangler.ts";
import { isWanted, LEVEL_NAMES, linesIn, rowOf, type Wanted } from "./tail/lines.ts";

const USAGE =
  "usage: npm run tail -- [--run ID] [--trace ID] [--org ORG] [--level info|warn|error] [--deployed [--env NAME] | --file FILE | -]";
/** How often a file is looked at whose changes the system does not tell, in ms. */
const LOOK_MS = 500;

const { values, positionals } = argumentsOrUsage();
const wanted: Wanted = {
  ...(values.run === undefined ? {} : { run: values.run }),
  ...(values.trace === undefined ? {} : { trace: values.trace }),
  ...(values.org === undefined ? {} : { org: values.org }),
  ...(values.level === undefined ? {} : { level: values.level }),
};
const show = (carried: string): void => {
  for (const line of linesIn(carried)) if (isWanted(line, wanted)) console.log(rowOf(line, values.run === undefined));
};

if (positionals[0] === "-") await readAll(process.stdin);
else if (values.deployed) await followDeployed(values.env);
else await followFile(values.file ?? join(LOG_FOLDER, "platform.log"));

function argumentsOrUsage() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        run: { type: "string" },
        trace: { type: "string" },
        org: { type: "string" },
        level: { type: "string" },
        env: { type: "string" },
        file: { type: "string" },
        deployed: { type: "boolean", default: false },
      },
    });
    const { level } = parsed.values;
    if (parsed.positionals.some((word) => word !== "-") || (level !== undefined && !LEVEL_NAMES.includes(level))) throw new Error();
    return parsed;
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}

async function readAll(input: NodeJS.ReadableStream): Promise<void> {
  for await (const carried of createInterface({ input })) show(carried);
}

/** `wrangler tail` ends with this process, and this process with it. */
async function followDeployed(environment: string | undefined): Promise<void> {
  const args = ["tail", "--format", "json", ...(environment === undefined ? [] : ["--env", environment])];
  const child: ChildProcess = spawn(process.execPath, wranglerArguments(args), {
    cwd: ROOT,
    env: wranglerEnvironment(DEFAULT_STATE),
    stdio: ["ignore", "pipe", "inherit"],
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => child.kill(signal));
  // wrangler writes one event over many lines: an event is whole where a line closes what the first one opened.
  let event = "";
  if (child.stdout === null) return;
  for await (const carried of createInterface({ input: child.stdout })) {
    event = carried === "{" ? carried : `${event}${carried}`;
    if (carried !== "}" && !(event === carried && carried.endsWith("}"))) continue;
    show(event);
    event = "";
  }
  process.exitCode = child.exitCode ?? 0;
}

/** From its beginning, and then as it grows; begins again where a new start of the platform has emptied it. */
async function followFile(path: string): Promise<void> {
  if (!existsSync(path)) {
    console.error(
      `There is no log at ${path}. Start the platform with \`npm start\`, or say --file FILE, --deployed, or - for standard input.`,
    );
    process.exit(1);
  }
  const file = await open(path, "r");
  const changes = watch(path);
  let place = 0;
  let rest = "";
  let decoder = new StringDecoder("utf8");
  for (;;) {
    const { size } = await file.stat();
    if (size < place) [place, rest, decoder] = [0, "", new StringDecoder("utf8")];
    const read = await readFrom(file, place);
    place += read.length;
    const lines = (rest + decoder.write(read)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) show(line);
    if (read.length === 0) await changed(changes);
  }
}

async function readFrom(file: FileHandle, position: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(1 << 16), position });
  return buffer.subarray(0, bytesRead);
}

function changed(changes: ReturnType<typeof watch>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      changes.off("change", done);
      resolve();
    };
    const timer = setTimeout(done, LOOK_MS);
    changes.once("change", done);
  });
}
