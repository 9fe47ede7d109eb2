/**
 * What a source with all its faults in it asks at each place of one: whether this fault is the one that is planted now. Loaded once with the
 * sources; which fault is planted changes between two runs of a test.
 */

/** A place asked for more than its test may: the fault made a loop endless, or a hundred times as long. */
class EndlessError extends Error {
  constructor() {
    super("the fault made a test go on for ever");
  }
}

export type Switchboard = {
  /** The tests have run once, and run again with faults. */
  isPlanting: boolean;
  /** Index of the planted fault; -1: none. */
  planted: number;
  /** Indexes of the faults whose places were reached. */
  reached: Set<number>;
  asked: number;
  /** How often places may be asked, until the test is taken for endless. */
  mostAsked: number;
};

/** One for the worker, however often this module is loaded. */
export const board: Switchboard = onlyBoard();

function onlyBoard(): Switchboard {
  const worker = globalThis as { bulkheadFaults?: Switchboard };
  worker.bulkheadFaults ??= { isPlanting: false, planted: -1, reached: new Set(), asked: 0, mostAsked: Number.POSITIVE_INFINITY };
  return worker.bulkheadFaults;
}

function isPlanted(fault: number): boolean {
  board.reached.add(fault);
  if (++board.asked > board.mostAsked) throw new EndlessError();
  return board.planted === fault;
}

type Comparable = number | string;

/** By the source's own operator, or by what is in a call's place: what it is without and with the fault. */
export const ask = {
  "===": (fault: number, left: unknown, right: unknown) => (isPlanted(fault) ? left !== right : left === right),
  "!==": (fault: number, left: unknown, right: unknown) => (isPlanted(fault) ? left === right : left !== right),
  "<": (fault: number, left: Comparable, right: Comparable) => (isPlanted(fault) ? left <= right : left < right),
  "<=": (fault: number, left: Comparable, right: Comparable) => (isPlanted(fault) ? left < right : left <= right),
  ">": (fault: number, left: Comparable, right: Comparable) => (isPlanted(fault) ? left >= right : left > right),
  ">=": (fault: number, left: Comparable, right: Comparable) => (isPlanted(fault) ? left > right : left >= right),
  "&&": (fault: number, left: unknown, right: () => unknown) => (isPlanted(fault) ? left || right() : left && right()),
  "||": (fault: number, left: unknown, right: () => unknown) => (isPlanted(fault) ? left && right() : left || right()),
  "??": (fault: number, left: unknown, right: unknown) => (isPlanted(fault) ? left : (left ?? right)),
  "+": (fault: number, left: number, right: number) => (isPlanted(fault) ? left : left + right),
  "-": (fault: number, left: number, right: number) => (isPlanted(fault) ? left + right : left - right),
  "!": (fault: number, value: unknown) => (isPlanted(fault) ? value : !value),
  true: (fault: number) => !isPlanted(fault),
  false: (fault: number) => isPlanted(fault),
  min: (fault: number, ...values: number[]) => (isPlanted(fault) ? Math.max(...values) : Math.min(...values)),
  max: (fault: number, ...values: number[]) => (isPlanted(fault) ? Math.min(...values) : Math.max(...values)),
  /** Whether a statement or a guard is still there. */
  kept: (fault: number) => !isPlanted(fault),
};
