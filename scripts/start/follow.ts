/** Follows a run to its end and shows every step as it happens: a table that is drawn in place, or a line per event. */
import type { Client, RunView } from "../../sdk/client.ts";
import { drawSteps } from "./drawings.ts";
import { beginStory, eventLine, type Story, tell } from "./story.ts";
import type { Terminal } from "./terminal.ts";

/** `onReview`: called when the run waits for a person; the display rests meanwhile. */
export async function followRun(app: Client, run: RunView, terminal: Terminal, onReview: () => Promise<void>): Promise<RunView> {
  let story: Story = beginStory(run);
  const startedAt = Date.parse(run.created_at);
  let resting = false;
  const redraw = (): void => {
    if (!resting) terminal.draw(drawSteps(story, Date.now(), terminal.width, terminal.paint));
  };
  const timer = terminal.live ? setInterval(redraw, 100) : null;
  try {
    for await (const event of app.runs.events(run.id, { reconnectMs: 250 })) {
      story = tell(story, event);
      if (terminal.live) redraw();
      else terminal.line(`  ${eventLine(event, startedAt)}`);
      if (event.type !== "run.waiting") continue;
      resting = true;
      terminal.settle();
      await onReview();
      resting = false;
    }
  } finally {
    if (timer !== null) clearInterval(timer);
  }
  redraw();
  terminal.settle();
  return app.runs.get(run.id);
}
