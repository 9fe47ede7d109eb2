/** What holds of the source itself: which folder may import which, and that documents and comments name things that exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const filesIn = (folder: string, form: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => form.test(path))
    .sort();
const CODE = ["core", "workers", "durable-objects", "kit", "sdk", "shop", "workflows", "scripts", "simulation", "bench", "test"];
const SOURCES = CODE.flatMap((folder) => filesIn(folder, /\.(ts|mjs|js)$/)).filter((path) => !/node_modules|^sdk\/dist/.test(path));
const DOCUMENTS = ["README.md", "CONTRIBUTING.md", ...CODE.concat("docs").flatMap((folder) => filesIn(folder, /\.md$/))].filter(
  (path) => !path.includes("node_modules"),
);

type Import = { readonly from: string; readonly to: string; readonly isType: boolean };

/** The relative imports of a file. `isType`: nothing of the other file runs because of it. */
function importsOf(from: string): Import[] {
  return [...read(from).matchAll(/^(?:import|export)\s+(type\s+)?([^"';]*?)\s*from\s+"(\.[^"?]+)(?:\?raw)?"/gm)].map(
    ([, type, names, path]) => ({
      from,
      to: relative(ROOT, resolve(ROOT, dirname(from), path ?? "")),
      isType: type !== undefined || /^\{(\s*type\s+[\w$]+(\s+as\s+[\w$]+)?\s*,?)+\s*\}$/.test(names ?? ""),
    }),
  );
}
const IMPORTS = SOURCES.flatMap(importsOf);
const shown = ({ from, to }: Import): string => `${from} → ${to}`;
/** `workers/store` of `workers/store/runs.ts`; files right in `workers/` are rooms of nobody. */
const roomOf = (path: string): string | null => /^(?:workers|durable-objects)\/[^/.]+(?=\/)/.exec(path)?.[0] ?? null;
const within =
  (...folders: readonly string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(`${folder}/`));

describe("imports", () => {
  /** Which folders each may import, as CONTRIBUTING.md draws it. */
  it.each<[string, readonly string[]]>([
    ["core", ["core"]],
    ["kit", ["kit", "core"]],
    ["durable-objects", ["durable-objects", "kit", "core"]],
    ["workers", ["workers", "kit", "core", "policies", "workflows", "durable-objects", "docs/runbooks", "node_modules"]],
    ["workflows", ["workflows", "core"]],
    ["sdk", ["sdk"]],
  ])("of %s/ lead into %j", (folder, allowed) => {
    expect(IMPORTS.filter(({ from, to }) => within(folder)(from) && !within(...allowed)(to)).map(shown)).toEqual([]);
  });

  it("of one room from another are types only; rooms meet in workers/composition", () => {
    const isShared = within("workers/kit", "durable-objects/kit");
    /** A door: what it lets in, it asks of the use cases. */
    const isDoor = ({ from, to }: Import): boolean => within("workers/ingress")(from) && within("workers/use-cases")(to);
    const crossing = IMPORTS.filter((one) => {
      const { from, to, isType } = one;
      const [here, there] = [roomOf(from), roomOf(to)];
      return (
        !isType && here !== null && there !== null && here !== there && here !== "workers/composition" && !isShared(to) && !isDoor(one)
      );
    });
    expect(crossing.map(shown)).toEqual([]);
  });

  it("[FLOW-14] what governs a call outside a run and is no app's chat has its model from the door of helper calls", () => {
    const making = filesIn("workers", /\.ts$/).filter((path) => /\bgoverned\(\{/.test(read(path)));
    expect(making.filter((path) => !path.startsWith("workers/chat/"))).toEqual([
      "workers/governed-call/embedding-call.ts",
      "workers/task-call/task-call.ts",
    ]);
    expect(making.filter((path) => !path.startsWith("workers/chat/") && !read(path).includes("ports.helpers.allowed("))).toEqual([]);
  });

  it("of workers/ take no value from durable-objects/", () => {
    const taken = IMPORTS.filter(({ from, to, isType }) => within("workers")(from) && within("durable-objects")(to) && !isType);
    expect(taken.filter(({ from }) => from !== "workers/platform.ts" && !within("workers/composition")(from)).map(shown)).toEqual([]);
  });

  it("of use cases lead to no door and to no library of HTTP", () => {
    const cases = filesIn("workers/use-cases", /\.ts$/);
    expect(cases.length).toBeGreaterThan(10);
    expect(IMPORTS.filter(({ from, to }) => within("workers/use-cases")(from) && within("workers/ingress")(to)).map(shown)).toEqual([]);
    expect(cases.filter((path) => /from "(@?hono|zod)|\bnew (Request|Response)\b|: (Request|Response)\b/.test(read(path)))).toEqual([]);
  });

  it("of production code lead to no test", () => {
    const production = within("core", "workers", "durable-objects", "sdk", "workflows", "simulation");
    expect(IMPORTS.filter(({ from, to }) => production(from) && within("test")(to)).map(shown)).toEqual([]);
  });

  it("make no circle, types included", () => {
    const imported = new Map(SOURCES.map((path) => [path, IMPORTS.filter(({ from }) => from === path).map(({ to }) => to)]));
    expect(circlesIn(imported)).toEqual([]);
    expect(
      circlesIn(
        new Map([
          ["a", ["b"]],
          ["b", ["c", "d"]],
          ["c", ["a"]],
          ["d", []],
        ]),
      ),
    ).toEqual(["a → b → c → a"]);
  });

  it("resolve", () => {
    expect(IMPORTS.filter(({ to }) => !existsSync(join(ROOT, to))).map(shown)).toEqual([]);
  });
});

describe("exports", () => {
  /** Names that a file takes from others, `*` for all of them. */
  const taken = new Map<string, Set<string>>();
  const take = (path: string, names: readonly string[]): void => {
    const known = taken.get(path) ?? new Set();
    taken.set(path, known);
    for (const name of names) known.add(name);
  };
  for (const from of [...SOURCES, "vitest.config.ts"]) {
    const to = (path: string): string => relative(ROOT, resolve(ROOT, dirname(from), path));
    for (const [, names = "", path = ""] of read(from).matchAll(/(?:import|export)\s+(?:type\s+)?([^"';]*?)\s*from\s+"(\.[^"]+)"/g)) {
      const listed = /\{([^}]*)\}/.exec(names)?.[1] ?? "";
      const named = listed.split(",").map((name) =>
        name
          .trim()
          .replace(/^type\s+/, "")
          .replace(/\s+as\s.*$/, ""),
      );
      take(to(path), names.includes("*") ? ["*"] : named);
    }
    for (const [, path = ""] of read(from).matchAll(/import\(\s*"(\.[^"]+)"\s*\)/g)) take(to(path), ["*"]);
  }

  it("are used: values by another file, types at least by their own", () => {
    // The SDK is for others; the shim stands in for the platform's own module.
    // What drives a framework is loaded by its name.
    const sources = SOURCES.filter(
      (path) => !within("test", "bench", "sdk", "scripts/deep/frameworks")(path) && path !== "simulation/platform-shim.ts",
    );
    const unused = sources.flatMap((path) => {
      const text = read(path);
      const names = taken.get(path) ?? new Set();
      if (names.has("*")) return [];
      return [...text.matchAll(/^export\s+(?:async\s+)?(const|function\*?|class|type)\s+([\w$]+)/gm)]
        .filter(([, sort, name = ""]) => !names.has(name) && (sort !== "type" || text.split(new RegExp(`\\b${name}\\b`)).length < 3))
        .map(([, , name]) => `${path}: ${name}`);
    });
    expect(unused).toEqual([]);
  });
});

describe("bindings", () => {
  /** Files that touch D1 outside of workers/store, each with its reason. */
  const D1_ELSEWHERE = [
    "workers/telemetry/metrics.ts", // reads across tables for /metrics
    "workers/audit/", // owns the table of audit pages
    "workers/composition/", // hands the binding on
    "workers/env.ts",
  ];

  it("D1 is read and written in workers/store", () => {
    const touching = SOURCES.filter(
      (path) => within("workers", "durable-objects", "core")(path) && /\bD1Database\b|drizzle-orm\/d1/.test(read(path)),
    );
    expect(
      touching.filter((path) => !path.startsWith("workers/store/") && !D1_ELSEWHERE.some((allowed) => path.startsWith(allowed))),
    ).toEqual([]);
  });

  it("`env` is read where the platform hands it over and in the composition", () => {
    const allowed = ["workers/env.ts", "workers/main.ts", "workers/platform.ts", "workers/composition/"];
    const reading = SOURCES.filter((path) => within("workers", "core")(path) && /\benv\.[A-Z_]{2,}\b/.test(read(path)));
    expect(reading.filter((path) => !allowed.some((place) => path.startsWith(place)))).toEqual([]);
  });
});

describe("records keyed by somebody's word", () => {
  /** By the name of the field: what a run, a definition or a prompt knows by a name that a client chose. */
  const NAMED =
    /\b(?:steps|activities|maps|agents|signals|toolEffects|toolFacts|slots|seen|acts)(?:\?\.)?\[(?!["'\d])[^\]]+\](?! = )|\b\w+ in (?:\w+\.)+\w+\b/g;

  it("[NAME-1] are read with `own`, which sees nothing that objects inherit", () => {
    const looked = SOURCES.filter((path) => within("core/run", "core/workflow", "core/estimate", "durable-objects/run-engine")(path));
    const found = looked.flatMap((path) =>
      read(path)
        .split("\n")
        .filter((line) => !/^\s*(?:\*|\/\/|\/\*)|readonly \[|RunState\["/.test(line))
        .flatMap((line) => Array.from(line.matchAll(NAMED), ([text]) => `${path}: ${text}`)),
    );
    expect(looked.length).toBeGreaterThan(50);
    expect(found).toEqual([]);
  });
});

describe("documents and comments", () => {
  const headings = new Set([...read("docs/contract.md").matchAll(/^## (.+)$/gm)].map(([, title]) => title));

  it("cite sections of docs/contract.md that exist", () => {
    const cited = [...SOURCES, ...DOCUMENTS].flatMap((path) =>
      [...read(path).matchAll(/docs\/contract\.md,(?: |\n \* )"([^"]*)"(?: and "([^"]*)")?/g)].flatMap(([, one, two]) =>
        [one, two].flatMap((title) => (title === undefined ? [] : [`${path}: ${title.replace(/\s*\n\s*(\*|\/\/)\s*/g, " ")}`])),
      ),
    );
    expect(cited.length).toBeGreaterThan(20);
    expect(cited.filter((line) => !headings.has(line.slice(line.indexOf(": ") + 2)))).toEqual([]);
  });

  it("describe every route in docs/contract.md", () => {
    const routes = filesIn("workers/ingress/routes", /\.ts$/).flatMap((path) =>
      [
        ...read(path).matchAll(/(?:\bpath: |\bopen\(\s*)"(\/(?:v1\/|admin\/|metrics|console|healthz|openapi|docs|\.well-known)[^"]*)"/g),
      ].map(([, route]) => route ?? ""),
    );
    const contract = read("docs/contract.md").replaceAll(/\s*\n\s*/g, " ");
    expect(routes.length).toBeGreaterThan(50);
    expect(
      routes.filter((route) => !contract.includes(`${route}\``) && !contract.includes(`${route}?`) && !contract.includes(`${route} `)),
    ).toEqual([]);
  });

  it("cite no document that is not here", () => {
    const citing = [...SOURCES, ...DOCUMENTS].filter((path) => path !== "test/architecture.test.ts");
    expect(citing.filter((path) => /\bAPI\.md\b|\bDESIGN\b(?!_)/.test(read(path)))).toEqual([]);
  });

  it("name paths that exist", () => {
    const place = new RegExp(
      `(?<![\\w/.-])((?:${[...CODE, "docs", "policies", "migrations"].join("|")})/[\\w./*-]*\\w(?:/|\\.\\w+)?)`,
      "g",
    );
    const isThere = (path: string, from: string): boolean =>
      [path, `${path}.ts`, join(dirname(from), path)].some((candidate) => existsSync(join(ROOT, candidate)));
    const lost = [
      ...SOURCES.flatMap((path) => commentsOf(path).map((text) => [path, text] as const)),
      ...DOCUMENTS.map((path) => [path, read(path)] as const),
    ]
      .filter(([path]) => path !== "test/architecture.test.ts")
      .flatMap(([path, text]) =>
        [...text.matchAll(place)]
          .map(([, found]) => (found ?? "").replace(/[.,;:]+$/, ""))
          .filter((found) => !/\*|NAME/.test(found) && !found.startsWith("bench/results/") && !isThere(found, path))
          .map((found) => `${path}: ${found}`),
      );
    expect(lost).toEqual([]);
  });
});

describe("folders of tests", () => {
  it("are named after what they test", () => {
    const folders = ["core", "workers", "durable-objects"].flatMap((part) => filesIn(`test/${part}`, /\.ts$/).map(dirname));
    const lost = [...new Set(folders)].filter((folder) => !existsSync(join(ROOT, folder.slice("test/".length))));
    const rooms = readdirSync(join(ROOT, "test/rooms")).filter(
      (room) => !["workers", "durable-objects", "."].some((side) => existsSync(join(ROOT, side, room))),
    );
    expect([...lost, ...rooms]).toEqual([]);
  });
});

describe("docstrings", () => {
  it("stand before every exported function, type, constant and class", () => {
    const documented = within("core", "kit", "workers", "durable-objects", "sdk", "workflows", "shop");
    const bare = SOURCES.filter((path) => documented(path) && path.endsWith(".ts") && path !== "sdk/schema.ts").flatMap((path) => {
      const text = read(path);
      const exported = [...text.matchAll(/^export\s+(?:async\s+)?(?:const|function\*?|class|type)\s+([\w$]+)/gm)];
      // The file's own docstring is enough for its only export.
      if (exported.length === 1 && text.startsWith("/**")) return [];
      return exported.filter(({ index }) => !/\*\/\s*(?:\/\/.*\s*)*$/.test(text.slice(0, index))).map(([, name]) => `${path}: ${name}`);
    });
    expect(bare).toEqual([]);
  });

  it("stand before what they describe", () => {
    const stuck = SOURCES.filter((path) => !within("test", "bench")(path)).flatMap((path) => {
      const text = read(path);
      return [...text.matchAll(/\/\*\*(?:(?!\*\/)[\s\S])*\*\/(?=\s*(\/\*\*|[}\])]|$(?![\s\S])))/g)]
        .filter(({ index }) => index > 0) // the file's own comes first
        .map(({ index }) => `${path}:${text.slice(0, index).split("\n").length}`);
    });
    expect(stuck).toEqual([]);
  });
});

/** A circle for each import that closes one: `a → b → a`. */
function circlesIn(imported: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(" → "));
    else if (!done.has(path)) {
      for (const next of imported.get(path) ?? []) visit(next, [...way, path]);
      done.add(path);
    }
  };
  for (const path of imported.keys()) visit(path, []);
  return found;
}

/** The comments of a file: blocks, and lines that begin with `//`. */
function commentsOf(path: string): string[] {
  const text = read(path);
  return [...text.matchAll(/\/\*\*?[\s\S]*?\*\/|^\s*\/\/.*$/gm)].map(([comment]) => comment);
}
