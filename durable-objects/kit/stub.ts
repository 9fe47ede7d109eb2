/**
 * How other rooms reach an object: by its name in its namespace, and only by the verbs that they may use. The runtime's own mapped
 * type of a stub recurses through `Json` without end; this one does not.
 */

/** The name of an object of which a deployment has one. PERSISTED: under this name its storage is found. */
export const DEPLOYMENT = "deployment";

/** Over RPC every answer is a promise. */
export type Verbs<Room, Verb extends keyof Room> = {
  readonly [V in Verb]: Room[V] extends (...given: infer Given) => infer Answer ? (...given: Given) => Promise<Awaited<Answer>> : never;
};

/** The stub of each call is its own: one that broke stays broken. */
export const stubsOf =
  <Room extends Rpc.DurableObjectBranded, Verb extends keyof Room>() =>
  (namespace: DurableObjectNamespace<Room>, name: string): Verbs<Room, Verb> =>
    namespace.getByName(name) as unknown as Verbs<Room, Verb>;

/** As `stubsOf`, for a room of which a deployment has one. */
export const theStubOf =
  <Room extends Rpc.DurableObjectBranded, Verb extends keyof Room>() =>
  (namespace: DurableObjectNamespace<Room>): Verbs<Room, Verb> =>
    stubsOf<Room, Verb>()(namespace, DEPLOYMENT);
