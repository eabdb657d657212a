import { isListed } from "../journal.js";

/**
 * Forbids a machine whose name is reserved: a hook that throws stops the command before anything is made.
 *
 * @type {import("@docker-machine/cli/hooks").MachineHook<"machine:precreate">}
 */
const precreate = async ({ machine }) => {
  if (isListed("JOURNAL_RESERVED", machine.name)) throw new Error(`the name ${machine.name} is reserved by $JOURNAL_RESERVED`);
};

export default precreate;
