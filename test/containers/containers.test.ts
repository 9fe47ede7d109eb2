/** Code in real containers, called over HTTP on a whole platform: what it cannot do, and what is left of it afterwards. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { tableFigureV1 } from "../../workflows/table-figure/v1.ts";
import { examplesOf } from "../support/tools-page.ts";
import { type ContainerWorld, docker, openContainerWorld, running, until } from "./world.ts";

let world: ContainerWorld;
beforeAll(async () => {
  world = await openContainerWorld();
  // Locally no scheduled handler wakes the pool; a call does.
  await until(
    () => world.people.developer.tools.test("code.run", { language: "python", code: "pass" }),
    ({ ok }) => ok,
    60_000,
  );
});
afterAll(async () => {
  await world?.stop();
});

type Told = {
  ok: boolean;
  output: unknown;
  stdout: string;
  stderr: string;
  error: { type: string; message: string } | null;
  files: JsonObject[];
};

/** One call of `code.run`. */
async function python(code: string, files: JsonObject[] = []): Promise<Told> {
  const { ok, output, error } = await world.people.developer.tools.test("code.run", { language: "python", code, files });
  if (!ok) throw new Error(`code.run failed: ${JSON.stringify(error)}`);
  return output as Told;
}

/** One call of a tool whose code this is. */
async function tool(name: string, code: string, input: JsonObject, more: JsonObject = {}) {
  await world.people.developer.tools.register(name, {
    description: "a test's own",
    effect: "none",
    kind: "container",
    container: { language: "python", code },
    input: { type: "object" },
    output: true,
    ...more,
  });
  return world.people.developer.tools.test(name, input);
}
const BUSY = "import time\nopen('busy', 'w').close()\n";
const atOnce = (): Promise<string[]> => until(running, (names) => names.length > 0, 30_000);

describe("a call", () => {
  it("[BOX-60] gets its input in three ways and gives its output in three ways", async () => {
    const input = { xs: [1, 2, 3.5] };
    const codes = [
      "def main(input):\n    return {'sum': sum(input['xs'])}",
      "output = {'sum': sum(input['xs'])}",
      "import json, sys\nprint(json.dumps({'sum': sum(json.load(sys.stdin)['xs'])}))",
      "import json\nasync def main(given):\n    return {'sum': sum(given['xs'])}",
      "import json\ndef main():\n    print(json.dumps({'sum': sum(json.loads(input())['xs'])}))\nif __name__ == '__main__':\n    main()",
    ];
    for (const [index, code] of codes.entries()) {
      expect(await tool(`sum-${index}`, code, input), code).toMatchObject({ ok: true, output: { sum: 6.5 } });
    }
  });

  it("[BOX-60] keeps whole numbers of any length where the schema has them", async () => {
    const id = { type: "object", properties: { id: { type: "string", format: "int64" } }, required: ["id"] };
    const more = { input: id, output: id };
    const answer = await fetch(`${world.platform().url}/v1/tools/long/test`, { method: "POST" });
    expect(answer.status).toBe(401); // whose body is no JSON that a client's library could write, hence by hand below
    await tool("long", "def main(input):\n    return {'id': input['id'] + 1}", { id: 1 }, more);
    const response = await fetch(`${world.platform().url}/v1/tools/long/test`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.platform().adminKey}`, "content-type": "application/json" },
      body: '{"input":{"id":9007199254740993}}',
    });
    expect(await response.text()).toContain("9007199254740994");
  });

  it("[BOX-61] of a model's code gets its files, and gives back those that it wrote", async () => {
    const told = await python(
      "import csv\nrows = list(csv.reader(open('table.csv')))\noutput = sum(float(r[1]) for r in rows)\nopen('sum.txt', 'w').write(str(output))",
      [{ name: "table.csv", text: "a,1.5\nb,2\n" }],
    );
    expect(told).toMatchObject({ ok: true, output: 3.5, error: null, files: [{ name: "sum.txt", text: "3.5" }] });
  });

  it("[BOX-61] of a model's code that fails tells where", async () => {
    const told = await python("def f():\n    return 1 / 0\nprint('before')\nf()");
    expect(told).toMatchObject({ ok: false, output: null, stdout: "before\n", error: { type: "ZeroDivisionError" } });
    expect(told.stderr).toContain('File "code.py", line 2, in f');
    expect(told.stderr).not.toContain("/opt/runner");
    expect(await python("import sys; sys.exit(3)")).toMatchObject({ ok: false, error: { type: "exit", message: "exit code 3" } });
    expect(await python("import os; os.kill(os.getpid(), 11)")).toMatchObject({ ok: false, error: { type: "crashed" } });
  });
});

describe("the page about tools", () => {
  it("[DOCS-4] has a tool that answers, and a program that gives what it shows", async () => {
    const { manifest, commands, comments } = examplesOf("Code in a container");
    const { developer } = world.people;
    await developer.tools.register("numbers.add", manifest as never);
    expect(await developer.tools.test("numbers.add", { xs: [1, 2, 3.5] })).toMatchObject({ ok: true, output: { sum: 6.5 } });
    const { duration_ms: _shown, ...shown } = JSON.parse(comments[0] ?? "") as JsonObject;
    const { input } = commands[0]?.body as { input: JsonObject };
    expect(await developer.tools.test("code.run", input)).toMatchObject(shown);
  });
});

describe("a run", () => {
  it("[BOX-69] calls containers through the queue, also for the items of a map, and undoes with one", async () => {
    const more = { effect: "write", idempotency: "key" };
    await tool("double", "def main(input):\n    return {'n': input['n'] * 2}", { n: 1 });
    await tool("undo", "def main(input):\n    return {'undone': input['n']}", { n: 1 }, more);
    await tool(
      "act",
      "def main(input):\n    return {'n': input['n']}",
      { n: 1 },
      { ...more, compensate: { tool: "undo", input: { n: { cel: "output.n" } } } },
    );
    const { developer, app } = world.people;
    await developer.workflows.register({
      name: "with-containers",
      input: { type: "object" },
      tools: ["double", "act", "undo"],
      steps: {
        one: { kind: "tool", tool: "double", input: { n: { cel: "input.n" } } },
        each: { kind: "map", needs: ["one"], over: [1, 2, 3], step: { kind: "tool", tool: "double", input: { n: { cel: "item" } } } },
        act: { kind: "tool", needs: ["each"], tool: "act", input: { n: 7 } },
        fail: {
          kind: "tool",
          needs: ["act"],
          tool: "double",
          input: { n: { no: "number" } },
          when: { cel: "input.fail" },
          retry: { attempts: 1 },
        },
      },
      output: { one: { cel: "steps.one.output.n" }, each: { cel: "steps.each.output.map(x, x.n)" } },
    });
    const ended = async (input: JsonObject) => {
      const { id } = await app.runs.start({ workflow: "with-containers", input });
      return until(
        () => app.runs.get(id),
        ({ status }) => ["completed", "failed", "dead_lettered"].includes(status),
        90_000,
      );
    };
    const [good, bad] = await Promise.all([ended({ n: 4, fail: false }), ended({ n: 4, fail: true })]);
    expect(good).toMatchObject({ status: "completed", output: { one: 8, each: [2, 4, 6] } });
    expect(bad).toMatchObject({ status: "failed", error: { step: "fail" } });
    expect(bad.steps.find(({ id }) => id === "act")?.status).toBe("compensated");
  }, 180_000);
});

describe("the shipped table-figure", () => {
  it("[BOX-42] answers with the figure that the program computed", async () => {
    const { developer, app } = world.people;
    await developer.workflows.register(tableFigureV1);
    const ticket = "What did we spend in all?\n\nitem | euros\npaper | 12.50\nink | 30\n";
    const { id } = await app.runs.start({ workflow: "table-figure", input: { ticket } });
    const run = await until(
      () => app.runs.get(id),
      ({ status }) => ["completed", "failed", "dead_lettered"].includes(status),
      60_000,
    );
    expect(run).toMatchObject({ status: "completed", output: { figure: 42.5 }, flags: [] });
  }, 120_000);
});

describe("the network", () => {
  it("[BOX-62] is not there: no metadata service, no ssh, no other host, no other container, no name", async () => {
    const { address, port, visits } = world.host;
    const before = visits();
    const code = `
import socket, urllib.request
def http(url):
    try:
        with urllib.request.urlopen(url, timeout=4) as answer:
            return answer.status, answer.read(200).decode("latin1")
    except urllib.error.HTTPError as error:
        return error.code, ""
    except Exception as error:
        return 0, ""
def tcp(host, port):
    try:
        with socket.create_connection((host, port), timeout=4) as conn:
            conn.settimeout(2)
            conn.sendall(b"hello\\r\\n")
            return len(conn.recv(100))
    except Exception:
        return 0
def udp(host, port):
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as conn:
            conn.settimeout(2)
            conn.sendto(b"hello", (host, port))
            return len(conn.recv(100))
    except Exception:
        return 0
output = {
    "metadata": http("http://169.254.169.254/latest/meta-data/"),
    "host": http("http://${address}:${port}/"),
    "name": http("http://example.com/"),
    "ssh": tcp("${address}", 22), "outside": tcp("1.1.1.1", 443), "raw": tcp("${address}", ${port}), "bridge": tcp("172.17.0.1", ${port}),
    "neighbours": sum(tcp(f"172.17.0.{n}", 8080) for n in (2, 3, 4)), "dns": udp("8.8.8.8", 53),
}`;
    const { output } = await python(code);
    const seen = output as { [what: string]: unknown };
    for (const what of ["metadata", "host", "name"]) {
      const [status, text] = seen[what] as [number, string];
      expect([what, status >= 200 && status < 400, text]).toEqual([what, false, ""]);
    }
    const bytes = Object.entries(seen).filter(([, got]) => typeof got === "number");
    expect(bytes.length).toBe(6);
    expect(bytes.filter(([, got]) => got !== 0)).toEqual([]);
    expect(visits()).toBe(before);
  });
});

describe("the egress", () => {
  it("[BOX-62] lets a request through to a host that the tool lists, and to no other", async ({ skip }) => {
    const { address, hasPort80 } = world.host;
    skip(!hasPort80, "this machine does not give port 80 to us");
    const code = `
import urllib.request, urllib.error
def main(input):
    try:
        with urllib.request.urlopen(URL, timeout=8) as answer:
            return {"status": answer.status, "text": answer.read(60).decode()}
    except urllib.error.HTTPError as error:
        return {"status": error.code, "text": ""}`;
    const egress = [address];
    // In the code, since an address in an input is personal data.
    const codeFor = (url: string) => `URL = "${url}"${code}`;
    const asked = (url: string) => tool("visits", codeFor(url), {}, { effect: "read", egress });
    const listed = await asked(`http://${address}/`);
    expect(listed, JSON.stringify(listed)).toMatchObject({
      ok: true,
      output: { status: 200, text: "port 80" },
    });
    const other = await asked("http://169.254.169.254/latest/meta-data/");
    expect(other).toMatchObject({ ok: true, output: { status: 403, text: "" } });
  });
});

describe("the machine", () => {
  it("[BOX-63] can be written to in one folder alone, which belongs to this call", async () => {
    const code = `
import os
def may_write(path):
    try:
        with open(os.path.join(path, "x"), "w"):
            pass
        return True
    except OSError:
        return False
folders = [folder for folder, _, _ in os.walk("/") if not folder.startswith(("/proc", "/sys")) and may_write(folder)]
def overwrites(path):
    try:
        os.close(os.open(path, os.O_WRONLY))
        return True
    except OSError:
        return False
files = ["/etc/passwd", "/opt/runner/guest.py", "/usr/bin/python3", "/proc/1/mem", "/proc/sys/kernel/hostname", "/dev/mem"]
output = {"folders": folders, "cwd": os.getcwd(), "files": [path for path in files if overwrites(path)]}`;
    const { output } = await python(code);
    const { cwd } = output as { cwd: string };
    expect(output).toEqual({ folders: [cwd], cwd, files: [] });
  });

  it("[BOX-63] is run by a user without rights, who sees no secret and no runner", async () => {
    const code = `
import os
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
def kills(pid):
    try:
        os.kill(pid, 9)
        return True
    except OSError:
        return False
def reads(path):
    try:
        return len(open(path, "rb").read())
    except OSError:
        return 0
output = {"uid": os.getuid() > 99_999, "groups": os.getgroups(), "capabilities": int(status["CapEff"], 16), "no_new": status["NoNewPrivs"],
    "kills": kills(1), "reads": reads("/proc/1/environ") + reads("/proc/1/mem"), "names": sorted(os.environ)}`;
    expect((await python(code)).output).toEqual({
      uid: true,
      groups: [],
      capabilities: 0,
      no_new: "1",
      kills: false,
      reads: 0,
      names: ["HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "SSL_CERT_FILE", "TMPDIR"],
    });
  });

  it("[BOX-64] has nothing of the call before", async () => {
    const code = `
import os, glob, tempfile
seen = glob.glob(tempfile.gettempdir() + "/*") + glob.glob("/dev/shm/*") + glob.glob("/tmp/*")
open("left-behind.txt", "w").write("of this call")
output = {"seen": [path for path in seen if path != os.getcwd()], "host": os.uname().nodename}`;
    const [first, second] = [await python(code), await python(code)];
    expect(first.output).toMatchObject({ seen: [] });
    expect(second.output).toMatchObject({ seen: [] });
    expect((first.output as { host: string }).host).not.toBe((second.output as { host: string }).host);
  });
});

describe("too much", () => {
  it("[BOX-65] of processes is bounded: a fork bomb ends with its call, and the next call is served", async () => {
    const bomb = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass";
    const ended = await tool("bomb", bomb, {}, { timeout_ms: 3_000 });
    expect(ended).toMatchObject({ ok: false, error: { code: "timeout" } });
    const count =
      "import os\nn = 0\ntry:\n    while n < 1_000:\n        if os.fork() == 0:\n            os.pause() if hasattr(os, 'pause') else __import__('time').sleep(9)\n        n += 1\nexcept OSError:\n    pass\noutput = n";
    expect((await python(count)).output).toBeLessThan(64);
  });

  it("[BOX-65] of time, processor time and memory is an outcome", async () => {
    expect(await tool("slow", "import time\ntime.sleep(60)", {}, { timeout_ms: 2_000 })).toMatchObject({
      ok: false,
      error: { code: "timeout" },
    });
    expect(await tool("busy", "while True: pass", {}, { timeout_ms: 2_000 })).toMatchObject({ ok: false, error: { code: "timeout" } });
    expect(await python("x = bytearray(2_000_000_000)")).toMatchObject({ ok: false, error: { type: "memory" } });
  });

  it("[BOX-65] of output is an outcome, whichever way it takes", async () => {
    expect(await python("print('x' * 100_000_000)")).toMatchObject({ ok: false, error: { type: "output" } });
    expect(await python("output = 'x' * 100_000_000")).toMatchObject({ ok: false, error: { type: "output" } });
    expect(await python("import sys\nsys.stderr.write('x' * 100_000_000)")).toMatchObject({ ok: false, error: { type: "output" } });
    const file = await python("f = open('big', 'w')\nfor _ in range(100):\n    f.write('x' * 1_000_000)\nf.close()");
    expect(file).toMatchObject({ ok: false, files: [] });
    expect(await tool("large", "def main(input): return 'x' * 2_000_000", {})).toMatchObject({
      ok: false,
      error: { code: "output_invalid" },
    });
  });
});

describe("an instance", () => {
  it("[BOX-66] that is gone in mid-call is a failure, not an answer, and the next call is served", async () => {
    await until(running, (names) => names.length >= 2, 60_000);
    const call = world.people.developer.tools.test("code.run", { language: "python", code: `${BUSY}time.sleep(20)` });
    const busy = await until(
      () => running().find(isBusy),
      (name) => name !== undefined,
      30_000,
    );
    docker(["kill", busy ?? ""]);
    expect(await call).toMatchObject({ ok: false, error: { code: "upstream_unavailable" } });
    expect(await python("output = 1")).toMatchObject({ ok: true, output: 1 });
  });

  it("[BOX-66] that never answers is given up when the call's time is over, and destroyed", async () => {
    await until(running, (names) => names.length >= 2, 60_000);
    const call = tool("silent", `${BUSY}time.sleep(30)`, {}, { timeout_ms: 5_000 });
    const busy = await until(
      () => running().find(isBusy),
      (name) => name !== undefined,
      30_000,
    );
    docker(["pause", busy ?? ""]);
    const { ok, error } = await call;
    expect([ok, error?.code], error?.message).toEqual([false, "timeout"]);
    await until(running, (names) => !names.includes(busy ?? ""), 20_000);
  });

  it("[BOX-66] is used once: it is gone when its call is answered", async () => {
    const before = await until(running, (names) => names.length >= 2, 60_000);
    expect(await python("output = 1")).toMatchObject({ ok: true });
    await until(running, (names) => before.some((name) => !names.includes(name)), 15_000);
  });
});

describe("the platform", () => {
  it("[BOX-68] that is killed in mid-call leaves nothing running", async () => {
    await until(running, (names) => names.length >= 2, 60_000);
    void world.people.developer.tools.test("code.run", { language: "python", code: `${BUSY}time.sleep(300)` }).catch(() => undefined);
    await until(() => running().some(isBusy), Boolean, 30_000);
    world.platform().child.kill();
    await world.platform().child.exited;
    expect(running().length).toBeGreaterThan(0);
    await sleep(1_000);
    await until(running, (names) => names.length === 0, 40_000);
    await world.startAgain();
    expect(await python("output = 1")).toMatchObject({ ok: true, output: 1 });
  }, 240_000);
});

describe("the engine", () => {
  it("[BOX-67] that is gone is a failure that says so; the calls after it came back are served", async () => {
    await atOnce();
    const bringBack = await world.takeEngineAway();
    const ended = [];
    try {
      for (let n = 0; n < 3; n++)
        ended.push(await world.people.developer.tools.test("code.run", { language: "python", code: "output = 1" }));
    } finally {
      await bringBack();
    }
    const failed = ended.filter(({ ok }) => !ok);
    expect(failed.length).toBeGreaterThan(0); // those that stood ready may still have answered
    for (const { error } of failed) expect(error?.code).toMatch(/^(upstream_unavailable|timeout|overloaded)$/);
    await until(
      () => world.people.developer.tools.test("code.run", { language: "python", code: "output = 1" }),
      ({ ok }) => ok,
      90_000,
    );
  }, 240_000);
});

/** Its code has begun: it says so with a file. */
function isBusy(name: string): boolean {
  try {
    docker(["exec", name, "test", "-e", "/dev/shm/call/busy"]);
    return true;
  } catch {
    return false;
  }
}
