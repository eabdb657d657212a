import { nspawnDefinition } from "./definition.js";

export default nspawnDefinition();
