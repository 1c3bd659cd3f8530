// Runs every check and tells all that is wrong, not only the first. To add a check: a function that
// takes the sources and returns findings ("path:line: what"), and a row here.
import { readSources } from "./source.mjs";
import { checkBudget } from "./budget.mjs";
import { checkIncludes, checkLibraries, checkServices, checkSymbols } from "./layers.mjs";
import { checkServiceLists } from "./services.mjs";
import { checkTexts } from "./texts.mjs";
import {
	checkBanned,
	checkFormat,
	checkGenerated,
	checkHeartbeat,
	checkLockfile,
	checkSql,
	checkSuppressions,
	checkTopLevel,
} from "./forbidden.mjs";

const CHECKS = [
	["budget", checkBudget],
	["core and rules include nothing that waits", checkIncludes],
	["core and rules call nothing that waits", checkSymbols],
	["each outside library in its one place", checkLibraries],
	["no service includes another's files", checkServices],
	["no SQL in C", checkSql],
	["no ZMTP heartbeats", checkHeartbeat],
	["no banned functions", checkBanned],
	["no silenced warnings without a reason", checkSuppressions],
	["texts in German and English", checkTexts],
	["clang-format", checkFormat],
	["generated code only in the build folder", checkGenerated],
	["no host in the lockfile", checkLockfile],
	["one list of services", checkServiceLists],
	["top level", checkTopLevel],
];

const sources = readSources();
let broken = 0;
for (const [name, check] of CHECKS) {
	const findings = check(sources);
	console.log(`${findings.length === 0 ? "ok    " : "BROKEN"} ${name}`);
	for (const finding of findings) console.log(`       ${finding}`);
	if (findings.length > 0) broken++;
}
console.log(broken === 0 ? "tests/check: all kept" : `tests/check: ${broken} broken`);
process.exitCode = broken === 0 ? 0 : 1;
