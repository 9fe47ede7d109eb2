/** The policies that this Worker ships: the files of policies/, as text. */
import building from "../../policies/building.cedar";
import calls from "../../policies/calls.cedar";
import roles from "../../policies/entities.json";
import evidence from "../../policies/evidence.cedar";
import org from "../../policies/org.cedar";
import people from "../../policies/people.cedar";
import runs from "../../policies/runs.cedar";
import schema from "../../policies/schema.cedarschema";

/** A set of policies as text. */
export type PolicyTexts = {
  /** By file. */
  readonly policies: { readonly [area: string]: string };
  readonly schema: string;
  /** The groups and who is in them. */
  readonly roles: readonly unknown[];
};

/** The policies of policies/. */
export const SHIPPED: PolicyTexts = { policies: { building, calls, evidence, org, people, runs }, schema, roles };
