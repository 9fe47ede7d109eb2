import { describe, expect, it } from "vitest";
import { readStartOptions } from "../../scripts/start/options.ts";

const optionsOf = (...args: string[]) => {
  const read = readStartOptions(args);
  if (!read.ok) throw new Error(read.message);
  return read.options;
};

describe("what `npm start -- ARGS` says", () => {
  it("asks and stays up by default", () => {
    expect(optionsOf()).toEqual({ fresh: false, once: false, approve: false, port: null, ticket: null, platformArgs: [] });
  });

  it("hands variables and the state on to the platform", () => {
    const options = optionsOf(
      "--once",
      "--approve",
      "--port=9000",
      "--ticket",
      "Hello = there",
      "--var",
      "MODEL:qwen3:8b",
      "--persist-to=/tmp/x",
    );
    expect(options).toEqual({
      fresh: false,
      once: true,
      approve: true,
      port: 9000,
      ticket: "Hello = there",
      platformArgs: ["--var", "MODEL:qwen3:8b", "--persist-to", "/tmp/x"],
    });
  });

  it.each([
    [["--onse"], "unknown option --onse"],
    [["--port", "no"], "--port takes a number from 1 to 65535"],
    [["--port"], "--port takes a number from 1 to 65535"],
    [["--ticket"], "--ticket takes the customer's words"],
    [["--var", "MODEL"], "--var takes NAME:VALUE"],
    [["--persist-to"], "--persist-to takes a value"],
  ])("refuses %j", (args, message) => {
    expect(readStartOptions(args)).toEqual({ ok: false, message });
  });
});
