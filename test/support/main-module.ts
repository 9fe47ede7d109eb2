/**
 * Set-up of the projects in workerd: the module under test is loaded once, before the first test of a runtime.
 *
 * The test pool imports it anew for each call of an object or of the Worker, and each of those imports asks the runner's process where the
 * module is. That process transforms the files of all projects: an answer that takes it a second was a second of every call, longer than
 * the platform waits for its kill switch. And at the end of each file it refuses what it is still asked, so an object at work in the
 * background (a queue's batch, an alarm) broke off in whatever it was doing.
 */
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** JSON, of the test pool: its options for this project. */
    readonly cloudflarePoolOptions: string;
  }
}

type ModuleRunner = { import(path: string): Promise<unknown> };

const { main } = JSON.parse(inject("cloudflarePoolOptions")) as { readonly main: string };
const { moduleRunner } = (globalThis as unknown as { readonly __vitest_mocker__: { readonly moduleRunner: ModuleRunner } })
  .__vitest_mocker__;

if (!Object.hasOwn(moduleRunner, "import")) {
  const importModule = moduleRunner.import.bind(moduleRunner);
  const loaded = await importModule(main);
  moduleRunner.import = (path) => (path === main ? Promise.resolve(loaded) : importModule(path));
}
