/** What `npm run dev -- ARGS` says to wrangler: read, never changed. Pure. */

export type DevArguments = {
  readonly port: number | null;
  readonly persistTo: string | null;
  /** `--env`: the environment of wrangler.toml; null: the top level. */
  readonly environment: string | null;
  /** Names set by `--var NAME:VALUE`, with their values. */
  readonly vars: ReadonlyMap<string, string>;
  /** True when ARGS ask for something other than a server here (`--help`, `--version`, `--remote`). */
  readonly passive: boolean;
  /** What is wrong with ARGS, where wrangler would say it in a way that nobody understands; null: nothing is. */
  readonly flaw: string | null;
};

/** wrangler reads `--name value` and `--name=value`; `--var` takes every word up to the next option. */
export function readDevArguments(args: readonly string[]): DevArguments {
  let port: number | null = null;
  let persistTo: string | null = null;
  let environment: string | null = null;
  let passive = false;
  let flaw: string | null = null;
  const vars = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const [name, inline] = splitOption(args[index] ?? "");
    const value = () => inline ?? args[++index] ?? null;
    switch (name) {
      case "--port":
        port = portNumber(value());
        if (port === null) flaw = "--port takes a number from 1 to 65535";
        break;
      case "--env":
      case "-e":
        environment = value() || null;
        break;
      case "--persist-to":
      case "--persistTo":
        persistTo = value();
        break;
      case "--var":
        for (const word of inline === null ? wordsAfter(args, index) : [inline]) addVar(vars, word);
        break;
      case "--help":
      case "-h":
      case "--version":
      case "-v":
      case "--remote":
      case "-r":
        passive = true;
        break;
    }
  }
  return { port, persistTo, environment, vars, passive, flaw };
}

/** `--var` options for the defaults that neither ARGS nor a file set. */
export function defaultVars(defaults: { readonly [name: string]: string }, taken: ReadonlySet<string>): string[] {
  return Object.entries(defaults).flatMap(([name, value]) => (taken.has(name) ? [] : ["--var", `${name}:${value}`]));
}

/** Variables of the environment that the Worker of a local platform gets: those that OpenTelemetry's own tools read there too. */
const FROM_ENVIRONMENT = /^OTEL_(?:EXPORTER_OTLP_|SEMCONV_STABILITY_OPT_IN$)/;

/** What a person set for us in the environment; wrangler itself hands none of it to the Worker. */
export const varsOfEnvironment = (environment: NodeJS.ProcessEnv): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => FROM_ENVIRONMENT.test(entry[0]) && Boolean(entry[1])),
  );

/** What a `.dev.vars` file sets (NAME=value, quoted or not): our defaults must not win over what a person wrote there. */
export function readEnvFile(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|([^\r\n#]*))/gm);
  return new Map([...lines].map(([, name, double, single, bare]) => [name ?? "", double ?? single ?? (bare ?? "").trim()]));
}

function splitOption(word: string): [string, string | null] {
  const at = word.indexOf("=");
  return word.startsWith("--") && at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word, null];
}

function wordsAfter(args: readonly string[], index: number): string[] {
  const words: string[] = [];
  for (const word of args.slice(index + 1)) {
    if (word.startsWith("-")) break;
    words.push(word);
  }
  return words;
}

function addVar(vars: Map<string, string>, word: string): void {
  const at = word.indexOf(":");
  if (at > 0) vars.set(word.slice(0, at), word.slice(at + 1));
}

function portNumber(text: string | null): number | null {
  const number = Number(text);
  return text !== null && Number.isInteger(number) && number > 0 && number < 65_536 ? number : null;
}
