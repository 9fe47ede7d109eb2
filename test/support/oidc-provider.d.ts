/** As much of npm `oidc-provider` (which has no types of its own) as the tests of signing in use. */
declare module "oidc-provider" {
  export default class Provider {
    constructor(issuer: string, configuration: { readonly [name: string]: unknown });
    callback(): (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => void;
  }
}
