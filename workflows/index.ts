/** The workflows that ship with the platform, each in its newest version. */
import type { WorkflowSource } from "../core/workflow/builder.ts";
import { orderFulfilmentV1 } from "./order-fulfilment/v1.ts";
import { supportRefundV1 } from "./support-refund/v1.ts";

export const WORKFLOWS: readonly WorkflowSource[] = [supportRefundV1, orderFulfilmentV1];
export { WORKFLOWS as SHIPPED_WORKFLOWS };
