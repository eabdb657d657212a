import { MachineError } from "../../errors.js";
import type { Candidate, Gate, InstallWishes } from "../candidate.js";
import type { Policy } from "../policy/policy.js";
import type { Receipts } from "../receipts.js";
import { ownerOf } from "../source/owner.js";
import { parseSource } from "../source/source.js";
import { AgreedOwners } from "./agreed-owners.js";
import { consentTable } from "./consent-table.js";
import { type Ask, shortNameAdvice, unknownName } from "./trust.js";

/** What {@link consentGate} works with. */
export interface ConsentOptions {
  /** The drivers' folder, whose lock the caller holds. */
  readonly directory: string;
  readonly receipts: Receipts;
  readonly policy: Policy | undefined;
  /** Absent without a terminal. */
  readonly ask?: Ask | undefined;
  /** The version of this program's SDK. */
  readonly sdkVersion: string;
  /** The present, in milliseconds since 1970. Default: this computer's. */
  readonly now?: () => number;
}

/**
 * The gate that asks. The first driver of an owner is shown before it is fetched; a short name always is, since it could be a typo.
 * `--yes`, a lock, and a policy that lists the source under `allow` answer it beforehand. Without a terminal, a source that was spelled out is consent to it, and a short name is refused.
 * Where a policy forbids questions, what would be asked is refused, with `--yes` and without a terminal, too.
 *
 * @returns a gate that throws `DRIVER_NOT_TRUSTED`, `POLICY_FORBIDS`
 */
export function consentGate(options: ConsentOptions): Gate {
  const { policy, ask } = options;
  return async (candidate, wishes) => {
    const { owner, typedName } = candidate;
    if (owner === undefined || wishes.locked === true || (await isKnown(candidate, owner, options))) return;
    const refusal = policy?.promptRefusal(`whether to install the driver "${candidate.name}" from ${candidate.shownSource}.`);
    if (refusal !== undefined) throw refusal;
    if (wishes.yes === true) return;
    if (ask !== undefined) await askFor(candidate, wishes, { ...options, ask, owner });
    else if (typedName !== undefined) throw unknownName(typedName);
  };
}

/** A short name is not known by what it turns out to be. */
async function isKnown({ typedName, source }: Candidate, owner: string, options: ConsentOptions): Promise<boolean> {
  const { policy, receipts, directory } = options;
  if (typedName !== undefined) return false;
  return policy?.namesAllowed(source) === true || (await isKnownOwner(owner, receipts, new AgreedOwners(directory)));
}

async function askFor(
  candidate: Candidate,
  wishes: InstallWishes,
  { ask, owner, directory, sdkVersion, now = Date.now }: ConsentOptions & { readonly ask: Ask; readonly owner: string },
): Promise<void> {
  const { typedName } = candidate;
  const isShort = typedName !== undefined;
  const head = isShort
    ? `There is no driver "${typedName}" here. The package of that name is:`
    : `This is the first driver of ${owner} here:`;
  const table = consentTable(candidate, wishes, { sdkVersion, now: now() });
  const question = `${head}\n\n${table}\n\nOnce loaded, a driver can do all that you can. Fetch and install it?`;
  if (!(await ask(question))) throw notTrusted(candidate);
  await new AgreedOwners(directory).add(owner);
}

async function isKnownOwner(owner: string, receipts: Receipts, agreed: AgreedOwners): Promise<boolean> {
  const installed = (await receipts.all()).map(({ source }) => ownerOf(parseSource(source, "/")));
  // GitHub and npm take upper and lower case for the same.
  return [...installed, ...(await agreed.all())].some((each) => each?.toLowerCase() === owner.toLowerCase());
}

function notTrusted({ typedName, name, shownSource }: Candidate): MachineError {
  const what = typedName === undefined ? `${name}" from ${shownSource}` : `${typedName}"`;
  return new MachineError(
    "DRIVER_NOT_TRUSTED",
    `The driver "${what} was not installed: you did not agree to it. Nothing of it was unpacked or run.`,
    {
      suggestions:
        typedName === undefined ? [`To agree beforehand: docker-machine driver install --yes ${shownSource}`] : shortNameAdvice(typedName),
    },
  );
}
