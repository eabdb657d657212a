// Creates a host, for tests that kill this process meanwhile: node create.js FOLDER NAME FLAGS-AS-JSON
import definition from "../../src/index.js";
import { FileMachine } from "./file-machine.js";
import { LocalHost } from "./local-host.js";

const [directory = "", name = "", flags = ""] = process.argv.slice(2);
await definition.createDriver(new FileMachine(directory, name, JSON.parse(flags)), new LocalHost(directory)).create();
