import { record } from "../journal.js";

/** @type {import("@docker-machine/cli/hooks").MachineHook<"machine:created">} */
const created = ({ machine }) => record("created", machine);

export default created;
