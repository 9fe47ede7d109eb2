/** Ends this turn of the event loop: whatever else waits in the isolate is served before the work goes on. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
