declare module "@npmcli/agent" {
  import type { ClientRequest, Agent as HttpAgent } from "node:http";

  /** What Node hands to an agent with a request. */
  interface AgentRequestOptions {
    readonly host: string;
    readonly port: number | string;
  }

  /** The agent that npm's libraries send their requests by. Only what is used here. */
  class Agent extends HttpAgent {
    constructor(options: {
      readonly maxSockets?: number | undefined;
      readonly localAddress?: string | undefined;
      readonly proxy?: string | undefined;
      readonly noProxy?: string | readonly string[] | undefined;
      /** Milliseconds. */
      readonly timeouts?: { readonly connection: number };
    });
    isSecureEndpoint(options?: AgentRequestOptions): boolean;
    addRequest(request: ClientRequest, options: AgentRequestOptions): void;
  }
}
