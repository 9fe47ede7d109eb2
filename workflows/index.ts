/** The workflows that ship with the platform, each in its newest version. */
import type { WorkflowSource } from "../core/workflow/builder.ts";
import { documentSummaryV1 } from "./document-summary/v1.ts";
import { orderFulfilmentV1 } from "./order-fulfilment/v1.ts";
import { policyAnswersV1 } from "./policy-answers/v1.ts";
import { researchDeskV1 } from "./research-desk/v1.ts";
import { supportRefundV1 } from "./support-refund/v1.ts";
import { tableFigureV1 } from "./table-figure/v1.ts";

/** Every workflow that `npm start` registers, in this order. */
export const WORKFLOWS: readonly WorkflowSource[] = [
  supportRefundV1,
  orderFulfilmentV1,
  documentSummaryV1,
  researchDeskV1,
  tableFigureV1,
  policyAnswersV1,
];
export { WORKFLOWS as SHIPPED_WORKFLOWS };
