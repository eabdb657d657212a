// VBoxManage's stand-in: VIRTUALBOX_STANDIN_HOME=… node main.ts COMMAND…
import { vboxManage } from "./vbox-manage.ts";

process.exitCode = await vboxManage(process.argv.slice(2), {
  home: process.env.VIRTUALBOX_STANDIN_HOME ?? "",
  env: process.env,
  print: (line) => void process.stdout.write(`${line}\n`),
  printError: (text) => void process.stderr.write(text),
});
