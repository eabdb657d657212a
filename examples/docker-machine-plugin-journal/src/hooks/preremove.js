import { isListed } from "../journal.js";

/**
 * Forbids that a protected machine is removed, unless by `rm --force`.
 *
 * @type {import("@docker-machine/cli/hooks").MachineHook<"machine:preremove">}
 */
const preremove = async ({ machine }) => {
  if (isListed("JOURNAL_PROTECTED", machine.name)) throw new Error(`the machine ${machine.name} is protected by $JOURNAL_PROTECTED`);
};

export default preremove;
