// Preloaded into the program (node --import): $PEAK_FILE gets the most memory that it took, in kibibytes (getrusage, maxrss).
import { writeFileSync } from "node:fs";

const file = process.env.PEAK_FILE;
if (file !== undefined) process.on("exit", () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
