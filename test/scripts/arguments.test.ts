import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { defaultVars, readDevArguments, readEnvFile, varsOfEnvironment } from "../../scripts/platform/arguments.ts";
import { noteOfPrice } from "../../scripts/platform/model-price.ts";
import { freePortAfter } from "../../scripts/platform/ports.ts";

describe("what `npm run dev -- ARGS` says", () => {
  it("reads port, state and variables in both forms of options", () => {
    const given = readDevArguments([
      "--port",
      "9000",
      "--persist-to=/tmp/state",
      "--var",
      "MODEL:qwen3:8b",
      "--var=AI_GATEWAY_URL:http://localhost:11434/v1",
    ]);
    expect(given.port).toBe(9000);
    expect(given.persistTo).toBe("/tmp/state");
    expect([...given.vars]).toEqual([
      ["MODEL", "qwen3:8b"],
      ["AI_GATEWAY_URL", "http://localhost:11434/v1"],
    ]);
  });

  it("takes every word after --var up to the next option, as wrangler does", () => {
    const given = readDevArguments(["--var", "A:1", "B:2", "--port", "9000"]);
    expect([...given.vars.keys()]).toEqual(["A", "B"]);
    expect(given.port).toBe(9000);
  });

  it.each([["--port", "x"], ["--port", "0"], ["--port", "70000"], ["--port"]])("takes %s %s for no port", (...args) => {
    expect(readDevArguments(args)).toMatchObject({ port: null, flaw: "--port takes a number from 1 to 65535" });
    expect(readDevArguments(["--port", "9000"]).flaw).toBeNull();
  });

  it("advises a port that is free", async () => {
    const server = createServer();
    const taken = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
    );
    const before = await freePortAfter(taken - 1);
    const after = await freePortAfter(taken);
    server.close();
    expect(before).not.toBe(taken);
    expect(after).toBeGreaterThan(taken);
  });

  it("says what a model is counted at whose price nobody said", () => {
    const note = (...vars: readonly [string, string][]) => noteOfPrice(new Map(vars));
    expect(note(["MODEL", "qwen3:8b"])).toBe(
      "MODEL_PRICE is not set: qwen3:8b is counted at 10 dollars per million tokens in and 40 out; set it to INPUT,OUTPUT",
    );
    expect(note(["MODEL", "qwen3:8b"], ["MODEL_PRICE", "free"])).toContain("MODEL_PRICE cannot be read");
    expect(note(["MODEL", "qwen3:8b"], ["MODEL_PRICE", "0,0"])).toBeNull();
    expect(note()).toBeNull();
  });

  it("reads the environment in every form", () => {
    const environments = [["--env", "containers"], ["--env=containers"], ["-e", "containers"], ["--env="], []];
    expect(environments.map((args) => readDevArguments(args).environment)).toEqual(["containers", "containers", "containers", null, null]);
  });

  it("sees when no server is asked for", () => {
    expect(readDevArguments(["--help"]).passive).toBe(true);
    expect(readDevArguments(["--port", "9000"]).passive).toBe(false);
  });
});

describe("our defaults", () => {
  it("stand back behind what ARGS or a file set", () => {
    const defaults = { ALLOW_PRIVATE_HOSTS: "1", ADMIN_API_KEY: "random" };
    expect(defaultVars(defaults, new Set())).toEqual(["--var", "ALLOW_PRIVATE_HOSTS:1", "--var", "ADMIN_API_KEY:random"]);
    expect(defaultVars(defaults, new Set(["ALLOW_PRIVATE_HOSTS"]))).toEqual(["--var", "ADMIN_API_KEY:random"]);
    expect(defaultVars(defaults, new Set(["ALLOW_PRIVATE_HOSTS", "ADMIN_API_KEY"]))).toEqual([]);
  });

  it("take OpenTelemetry's variables from the environment, and nothing else", () => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
      OTEL_EXPORTER_OTLP_HEADERS: "",
      PATH: "/bin",
      MODEL: "x",
      OTEL_SERVICE_NAME: "y",
    };
    expect(varsOfEnvironment(environment)).toEqual({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" });
  });

  it("finds what a .dev.vars file sets, quoted or not", () => {
    const file = readEnvFile(
      '# comment\nADMIN_API_KEY="a key"\nexport MODEL=qwen3 # which\nEMPTY=\n  AUDIT_KEY=\'{"kty":"OKP"}\'\n#NOT=1\n',
    );
    expect([...file]).toEqual([
      ["ADMIN_API_KEY", "a key"],
      ["MODEL", "qwen3"],
      ["EMPTY", ""],
      ["AUDIT_KEY", '{"kty":"OKP"}'],
    ]);
  });
});
