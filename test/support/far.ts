/** A clock in the far future keeps real alarms asleep: an alarm runs only when a test runs it. */
export const FAR = Date.UTC(2100, 0, 1);
