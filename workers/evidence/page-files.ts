/** The files that a page of evidence is made of, as the bundle has them. */
import type { EvidencePageFiles } from "../../core/evidence/page.ts";
import script from "./page/evidence.client.js";
import styles from "./page/evidence.css";
import template from "./page/evidence.html";

export const PAGE_FILES: EvidencePageFiles = { template, styles, script };
