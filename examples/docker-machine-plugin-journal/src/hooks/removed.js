import { record } from "../journal.js";

/** @type {import("@docker-machine/cli/hooks").MachineHook<"machine:removed">} */
const removed = ({ machine }) => record("removed", machine);

export default removed;
