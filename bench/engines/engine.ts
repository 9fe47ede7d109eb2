/** Something that takes load: an address, and the CPU time that its runtime has used. */
export type Engine = {
  readonly name: string;
  /** Without a slash at its end. */
  readonly url: string;
  /** Milliseconds of CPU of the runtime's processes since their start, user and system. */
  cpuMs(): number;
  stop(): Promise<void>;
};
