/** `npm run eval:guardrails`: how well the guardrails recognise, part by part. `-- --texts` shows the made-up vectors that fell short. */
import "./eval-personal.ts";
import "./eval-names.ts";
import "./eval-injection.ts";
import "./eval-content.ts";
import "./eval-grounded.ts";
