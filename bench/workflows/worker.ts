/**
 * Cloudflare Workflows with the same five steps. An instance says itself that it has finished, by a call to `done`: nothing polls it.
 * Under `wrangler dev` this is the local simulator; it says nothing of the product.
 */
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";

type Order = { readonly value: number; readonly steps: number; readonly done: string };
type Env = { readonly STEPS: Workflow<Order> };

export class Steps extends WorkflowEntrypoint<Env, Order> {
  override async run({ payload, instanceId }: WorkflowEvent<Order>, step: WorkflowStep): Promise<number> {
    let output = payload.value;
    for (let number = 1; number <= payload.steps; number++) {
      const before = output;
      output = await step.do(`step ${number}`, async () => before + 1);
    }
    await fetch(`${payload.done}/${instanceId}`, { method: "POST", body: JSON.stringify({ output }) });
    return output;
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === "/empty") return Response.json({ status: "ok" });
    const params = await request.json<Order>();
    const { id } = await env.STEPS.create({ params });
    return Response.json({ id }, { status: 202 });
  },
};
