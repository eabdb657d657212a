import { AwsFault } from "../aws-fault.ts";
import { invalidValue } from "./checks.ts";

/** What a call with a client token asked for, and the id of what it made. */
interface TokenUse {
  readonly arguments: string;
  readonly made: string;
}

/** What calls made with client tokens, so that a repeated call makes nothing again. */
export class ClientTokens {
  readonly #uses = new Map<string, TokenUse>();

  /**
   * The id of what an earlier call with the token made.
   *
   * Source: "Ensuring idempotency in Amazon EC2 API requests" of the EC2 developer guide.
   *
   * @throws AwsFault `IdempotentParameterMismatch` if that one asked for something else, `InvalidParameterValue` if it can't be a token
   */
  earlier(action: string, input: TokenInput): string | undefined {
    const { ClientToken: token } = input;
    if (token === undefined) return undefined;
    if (!/^[\x21-\x7e]{1,64}$/.test(token)) throw invalidValue(token, "clientToken", "At most 64 ASCII characters.");
    const use = this.#uses.get(`${action} ${token}`);
    if (use === undefined || use.arguments === argumentsOf(input)) return use?.made;
    throw new AwsFault(
      "IdempotentParameterMismatch",
      "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    );
  }

  /** Remembers what a call made. A call that failed doesn't use its token up. */
  remember(action: string, input: TokenInput, made: string): void {
    if (input.ClientToken !== undefined) this.#uses.set(`${action} ${input.ClientToken}`, { arguments: argumentsOf(input), made });
  }
}

interface TokenInput {
  readonly ClientToken?: string | undefined;
  readonly DryRun?: boolean | undefined;
}

/** What makes two requests the same. */
function argumentsOf({ DryRun: _, ...input }: TokenInput): string {
  return JSON.stringify(sorted(input));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
