// The pipelines of all districts, with the whole history of the alliance; and J4: a coaching that
// stalls is seen by whom it concerns, with the reason and who is to act, until it goes on.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { startSuite, until } from "../support/suite.mjs";

const DAY = "2023-08-09";
const OELSNITZ = "14521450";
let suite;
let adviser;
let ministry;

// The day in Saxony, so many days ago.
function berlin(days) {
	const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin" }).format(Date.now());
	return new Date(Date.parse(`${today}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

async function post(path, body, token = adviser) {
	const reply = await suite.post(path, body, { token });
	assert.equal(reply.status, 201, `${path}: ${reply.text}`);
	return reply.json;
}

async function get(path, token = ministry) {
	const reply = await suite.get(path, { token });
	assert.equal(reply.status, 200, `${path}: ${reply.text}`);
	return reply.json;
}

before(async () => {
	suite = await startSuite({
		historyUntil: "9999-12-31",
		environment: { notifications: { ASSKOMM_STALLS_EVERY_S: "1" } },
	});
	adviser = suite.token("adviser", ["14521"], { sub: "lpr-adviser-1" });
	ministry = suite.token("ministry", ["14"]);
	const head = await suite.settled();
	await until(
		async () => Number((await get("/figures")).ledgerSeq) === head,
		"the monitor to know the whole history",
	);
});
after(() => suite?.stop());

describe("the alliance on the day on which Heidenau signs", () => {
	let rows;
	let items;
	const cells = (track, stage) =>
		rows.flatMap((row) =>
			row.cells.filter((cell) => cell.track === track && (!stage || cell.stage === stage)),
		);
	const sum = (list, what) => list.reduce((total, cell) => total + cell[what], 0);

	before(async () => {
		rows = (await get(`/pipeline?asOf=${DAY}`)).items;
		items = (await get(`/pipeline/items?asOf=${DAY}&limit=1000`)).items;
	});

	test("every district has a coaching under way or asked for", () => {
		assert.equal(rows.length, 13);
		for (const { district, cells } of rows)
			assert.ok(cells.some(({ track }) => track === "coaching"), district);
	});

	test("most go on, some rest, some are looked back on, some wait for a coach", () => {
		const counts = Object.fromEntries(
			["requested", "active", "paused", "in_review"].map((stage) => [
				stage,
				sum(cells("coaching", stage), "count"),
			]),
		);
		assert.deepEqual(counts, { requested: 3, active: 19, paused: 2, in_review: 3 });
	});

	test("four stall, each for a reason of its own, and somebody is to act", () => {
		const stalled = items.filter((item) => item.track === "coaching" && item.stalled);
		assert.equal(sum(cells("coaching"), "stalled"), 4);
		assert.deepEqual(
			stalled.map(({ name, reasons: [{ obstacle, who }] }) => [name, obstacle, who]).sort(),
			[
				["Dippoldiswalde", "NO_ACTIVITY", "coach"],
				["Rodewisch", "NO_CONTACT_PERSON", "coordinator"],
				["Torgau", "REVIEW_DUE", "adviser"],
				["Weißwasser/O.L. / Běła Woda", "NO_COACH", "coaching_provider"],
			],
		);
	});

	test("measures that nobody judged, or that rest, wait for their owners", () => {
		const stalled = items.filter((item) => item.track === "measure" && item.stalled);
		assert.deepEqual(
			stalled.map(({ name, reasons: [{ obstacle, who }] }) => [name, obstacle, who]).sort(),
			[
				["Freiberg", "NOT_EVALUATED", "coordinator"],
				["Werdau", "NOT_EVALUATED", "public_order_office"],
				["Zittau", "NO_ACTIVITY", "public_order_office"],
			],
		);
	});

	test("what is closed has an outcome, and still counts as started", async () => {
		const closed = await get(`/coachings?asOf=${DAY}&status=CLOSED&limit=1000`);
		const outcomes = new Set(closed.items.map(({ outcome }) => outcome));
		assert.deepEqual([...outcomes].sort(), ["ABORTED", "GOALS_MET", "PARTLY"]);
		const running = sum(cells("coaching", "active"), "count") + 2 + 3;
		assert.equal(closed.items.length + running, (await get(`/figures?asOf=${DAY}`)).coachings);
	});

	test("strategies follow from most analyses; some are late, and it is told which step", async () => {
		const { items: analyses } = await get(`/analyses?asOf=${DAY}&limit=1000`);
		const adopted = analyses.filter(({ status }) => status === "STRATEGY_ADOPTED");
		assert.deepEqual([analyses.length, adopted.length], [25, 16]);
		const late = items.filter((item) => item.track === "analysis" && item.overdue);
		assert.deepEqual(
			late.map(({ name, reasons: [{ step }] }) => [name, step]).sort(),
			[
				["Dippoldiswalde", "strategy_workshop"],
				["Großenhain", "strategy_adopted"],
				["Lößnitz", "strategy_adopted"],
			],
		);
	});

	test("a district from the command line: the matrix, what stalls, why, and who is to act", async () => {
		const text = await suite.asskomm("pipeline", "--district", "14628", "--as-of", DAY);
		assert.match(text, /^14628 +Sächsische Schweiz-Osterzgebirge +1 +· +· +1 +1 \(1!\) +· +·$/m);
		assert.match(text, /Dippoldiswalde +14628 +no activity, 16 days too long → coach/);
		assert.match(text, /Dippoldiswalde +14628 +strategy workshop overdue by 15 days → lpr office/);
		assert.match(text, /^2 of 7 cases need somebody/m);
	});

	test("a cell says how many are held up, each once; a warning holds nobody up", async () => {
		for (const { district, cells } of rows)
			for (const { track, stage, held } of cells) {
				const there = items.filter((item) => item.district === district &&
					item.track === track && item.stage === stage);
				assert.equal(held, there.filter(({ stalled, overdue }) => stalled || overdue).length);
			}
		const text = await suite.asskomm("pipeline", "--district", "14627", "--as-of", DAY);
		assert.match(text, /Großenhain +14627 +warning: more than one change of coach → adviser/);
		assert.match(text, /^1 of 6 cases need somebody/m);
	});

	test("questions that do not go together are refused with what to give", async () => {
		for (const [words, text] of [
			[["--forecast", "--outcomes"], /give one of --load, --outcomes, --forecast/],
			[["--by", "2023-12-31"], /give --forecast too/],
			[["--forecast", "--as-of", DAY, "--by", DAY], /a week ahead at least: to 2023-08-16/],
		])
			await assert.rejects(suite.asskomm("pipeline", ...words), text);
	});

	test("those that are ageing: as many as the indicators count, in the list and on the line", async () => {
		const { items: late } = await get(`/pipeline/items?asOf=${DAY}&ageing=true&limit=1000`);
		const { stages } = await get(`/pipeline/indicators?asOf=${DAY}`);
		for (const { track, stage, ageing, cycleTime } of stages.filter(({ stage }) => stage)) {
			const here = late.filter((item) => item.track === track && item.stage === stage);
			assert.equal(here.length, ageing, `${track} ${stage}`);
			for (const item of here) assert.equal(item.ageingAfterDays, cycleTime.percentiles.p85);
		}
		assert.ok(late.length > 0);
		const { name, ageDays, ageingAfterDays } = late[0];
		const text = await suite.asskomm("pipeline", "--ageing", "--as-of", DAY);
		assert.ok(text.includes(` of ${late.length} cases`), text);
		const line = text.split("\n").find((each) => each.includes(`${ageDays}*`) && each.includes(name));
		assert.ok(line?.endsWith(`85 of 100 left within ${ageingAfterDays} days`), text);
		await assert.rejects(suite.asskomm("pipeline", "--ageing", "--load"), ({ code }) => code === 2);
	});
});

describe("who came from one milestone to another", () => {
	test("with more time never fewer", async () => {
		let before;
		for (const within of [30, 90, 180, 365, 720]) {
			const { items: pairs } = await get(`/pipeline/conversions?asOf=${DAY}&within=${within}`);
			const told = new Map(pairs.flatMap(({ from, to, cohorts }) =>
				cohorts.map(({ quarter, rate }) => [`${from} ${to} ${quarter}`, rate])));
			for (const [name, { n, of }] of told) {
				if (!before) continue;
				assert.ok(n >= before.get(name).n, name); // a cohort that is old enough was so before
				assert.equal(of, before.get(name).of, name);
			}
			assert.ok(told.size > 20);
			before = told;
		}
	});

	test("the funnel: the districts sum up, few have no place, and nobody is ranked", async () => {
		const pair = "from=agreement&to=coaching";
		const { state, points } = await get(`/pipeline/conversions/funnel?asOf=${DAY}&${pair}`);
		const { items: pairs } = await get(`/pipeline/conversions?asOf=${DAY}`);
		const whole = pairs.find(({ from, to }) => from === "agreement" && to === "coaching").all.rate;
		assert.deepEqual(state, whole);
		assert.equal(points.length, 13);
		for (const what of ["n", "of"])
			assert.equal(points.reduce((sum, { rate }) => sum + rate[what], 0), state[what]);
		const districts = points.map(({ district }) => district);
		assert.deepEqual(districts, [...districts].sort());
		for (const { rate, place, limits } of points) {
			assert.equal(rate.tooFew, rate.of < 5);
			assert.equal(place === "FUNNEL_PLACE_UNSPECIFIED", rate.tooFew);
			assert.equal(limits === null || limits === undefined, rate.tooFew);
			if (!rate.tooFew) assert.equal(place === "WITHIN",
				state.n / state.of >= rate.low / 1000 && state.n / state.of <= rate.high / 1000);
		}
		const unknown = await suite.get("/pipeline/conversions/funnel?from=agreement&to=glory", { token: ministry });
		assert.equal(unknown.status, 404);
	});

	test("a track or stage that does not exist is not found", async () => {
		const status = async (path) => (await suite.get(`/pipeline/${path}`, { token: ministry })).status;
		for (const page of ["items", "items.csv", "indicators", "indicators.csv", "forecast", "events.xes"])
			assert.equal(await status(`${page}?track=tennis`), 404, page);
		for (const query of ["items?stage=glory", "items?track=council&stage=paused",
			"items.csv?track=council&stage=paused", "forecast?track=council&stage=paused"])
			assert.equal(await status(query), 404, query);
		assert.equal(await status("items?stage=active"), 200);
		assert.equal(await status("forecast?track=coaching&stage=paused"), 200);
	});

	test("a forecast is the same again, whatever becomes known later", async () => {
		const instant = new Date().toISOString();
		const path = `/pipeline/forecast?track=coaching&asOf=${DAY}&knownAt=${instant}`;
		const first = await get(path);
		const facts = await post("/participants/14521450/advice", { advisedOn: DAY, topic: "again" });
		const again = await get(`${path}&afterFact=${facts.facts[0]}`);
		assert.deepEqual(again, first);
		assert.equal(first.refused, false);
	});
});

describe("what is published", () => {
	const publish = (body, token = ministry) => post("/publications", body, token);

	test("stays as it was, whatever is recorded, late, corrected or withdrawn afterwards", async () => {
		const recorded = await publish({ title: "53. Kommune im ASSKomm-Verbund", asOf: DAY });
		const path = `/publications/${recorded.id}`;
		const before = await get(`${path}?afterFact=${recorded.facts[0]}`);
		assert.equal(before.figures.agreements, 53);
		assert.deepEqual([before.holds, before.withdrawn], [true, ""]);
		const asked = await get(`/figures?asOf=${DAY}&knownAt=${before.knownAt}`);
		for (const name of ["agreements", "advised", "contacted", "budgetCents", "coachings"])
			assert.equal(before.figures[name], asked[name], name);
		assert.equal(before.ledgerSeq, asked.ledgerSeq);
		const late = await post("/agreements", {
			accessions: ["14521020"], signedOn: "2023-08-01", mode: "IN_PERSON",
			signatories: [{ role: "mayor", organisation: "14521020" }],
		});
		const now = await get(`/figures?asOf=${DAY}&afterFact=${late.facts[0]}`);
		assert.equal(now.agreements, 54, "a late one counts");
		assert.deepEqual(await get(path), before, "and what was published stays");
		const taken = await post(`/agreements/${late.id}/withdraw`, { reason: "not signed" });
		assert.deepEqual(await get(`${path}?afterFact=${taken.facts[0]}`), before);
		const { items } = await get("/publications");
		assert.deepEqual(items, [before]);
	});

	test("is in the ledger, and withdrawn with a reason", async () => {
		const [{ id, entryId, figures, ledgerSeq }] = (await get("/publications")).items;
		const { items } = await get(`/ledger/facts?after=${ledgerSeq}&limit=500`, suite.token("auditor", ["*"]));
		const told = items.find((each) => each.id === entryId);
		assert.equal(told.type, "asskomm.monitor.v1.FiguresPublished");
		const reply = await post(`/publications/${id}/withdraw`, { reason: "it was 52" }, ministry);
		const after = await get(`/publications/${id}?afterFact=${reply.facts[0]}`);
		assert.deepEqual([after.withdrawn, after.holds, after.figures], ["it was 52", true, figures]);
		const twice = await suite.post(`/publications/${id}/withdraw`, { reason: "again" }, { token: ministry });
		assert.equal(twice.status, 409);
	});

	test("pages follow each other, the latest first", async () => {
		const { id } = await publish({ title: "second" });
		const first = await get("/publications?limit=1");
		assert.equal(first.items[0].id, id);
		const rest = await get(`/publications?limit=1&cursor=${first.next}`);
		assert.equal(rest.items.length, 1);
		assert.notEqual(rest.items[0].id, id);
	});

	test("from the command line: once, listed, shown with its figures, withdrawn", async () => {
		const line = ["publish", "figures", "--as-of", DAY, "--title", "on the line"];
		const said = await suite.asskomm(...line);
		const [, id] = said.match(/^([0-9a-f-]{36}), version 1$/m);
		assert.equal(await suite.asskomm(...line), said, "the same line again publishes nothing");
		const { figures: { agreements } } = await get(`/publications/${id}`);
		const row = new RegExp(`${DAY} +${agreements} +holds +on the line +${id}$`, "m");
		assert.match(await suite.asskomm("publish", "list", "--limit", "1"), row);
		await suite.asskomm("publish", "withdraw", id, "--reason", "a trial");
		const text = await suite.asskomm("publish", "show", id);
		assert.match(text, /^on the line\npublished .*: withdrawn\nbecause: a trial\n/);
		assert.match(text, new RegExp(`agreements.* ${agreements}$`, "m"));
		await assert.rejects(suite.asskomm("publish", "figures", "--title", "no day"),
			({ code, stderr }) => code === 2 && stderr.includes("--as-of is missing"));
	});

	test("a day to come is refused, and so is who decides for less than the state", async () => {
		const refused = async (body, token) => (await suite.post("/publications", body, { token })).status;
		assert.equal(await refused({ title: "too early", asOf: "2999-01-01" }, ministry), 422);
		assert.equal(await refused({ title: "district" }, suite.token("ministry", ["14521"])), 403);
		assert.equal(await refused({ title: "adviser" }, adviser), 403);
	});
});

describe("by police directorate and adviser", () => {
	const AT = `asOf=${DAY}`;
	const of = (sub, roles = ["adviser"]) => suite.token(roles, ["14"], { sub });
	const counts = (rows) =>
		rows.reduce((sum, row) => sum + row.cells.reduce((all, { count }) => all + count, 0), 0);

	test("the districts of the directorates are those of the state", async () => {
		const state = (await get(`/pipeline?${AT}`)).items;
		const codes = [...new Set(state.map(({ policeDirectorate }) => policeDirectorate))];
		assert.equal(codes.length, 5);
		const rows = [];
		let cases = 0;
		for (const code of codes) {
			rows.push(...(await get(`/pipeline?${AT}&policeDirectorate=${code}`)).items);
			cases += (await get(`/pipeline/items?${AT}&policeDirectorate=${code}&limit=1000`)).items.length;
		}
		assert.deepEqual(rows.sort((a, b) => (a.district < b.district ? -1 : 1)), state);
		assert.equal(cases, counts(state));
		const unknown = await suite.get("/pipeline?policeDirectorate=PD-XX", { token: ministry });
		assert.equal(unknown.status, 404);
	});

	test("what somebody has to do is for that person and for the lead, and never from memory", async () => {
		const path = `/pipeline?${AT}&adviser=lpr-adviser-3`;
		const own = (await get(path, of("lpr-adviser-3"))).items;
		assert.deepEqual(own.map(({ district }) => district), ["14612", "14627", "14628"]);
		assert.deepEqual((await get(path, of("head", ["adviser", "lead"]))).items, own);
		for (const each of ["", "/items", "/items.csv", "/indicators", "/indicators.csv", "/bottlenecks", "/load"])
			for (const token of [of("lpr-adviser-1"), of("lpr-adviser-1", ["adviser", "operator"])]) {
				const reply = await suite.get(path.replace("/pipeline", `/pipeline${each}`), {
					token, headers: { "accept-language": "de" },
				});
				assert.equal(reply.status, 403, `${each}: ${reply.text}`);
				assert.match(reply.json.detail, /nur die Person selbst und die Rolle lead/);
				assert.equal(reply.json.violations[0].field, "adviser");
			}
	});

	test("the load: all for the lead, the own rows for an adviser, for nobody else", async () => {
		const load = async (token) => (await get(`/pipeline/load?${AT}`, token)).items;
		const all = await load(of("head", ["adviser", "lead"]));
		const rows = (await get(`/pipeline?${AT}`)).items;
		assert.equal(all.reduce((sum, { wip }) => sum + wip, 0), counts(rows));
		assert.deepEqual([...new Set(all.map((row) => row.adviser))].sort(),
			[1, 3, 4, 5, 6].map((n) => `lpr-adviser-${n}`));
		const own = all.filter((row) => row.adviser === "lpr-adviser-6");
		assert.deepEqual(await load(of("lpr-adviser-6")), own);
		assert.ok(own.some((row) => row.takenOver > 0) === false, "a year ago the districts were his");
		const then = (await get("/pipeline/load?asOf=2022-12-31", of("lpr-adviser-6"))).items;
		assert.ok(then.some((row) => row.takenOver > 0), "he took over two districts in July 2022");
		const refused = await suite.get(`/pipeline/load?${AT}`, { token: ministry });
		assert.equal(refused.status, 403);
	});

	test("the load: who leads one district learns of no other", async () => {
		const token = suite.token("lead", ["14628"]);
		const rows = (await get(`/pipeline/load?${AT}`, token)).items;
		assert.deepEqual([...new Set(rows.map((row) => `${row.adviser} ${row.districts}`))], ["lpr-adviser-3 14628"]);
		const asked = (name) => suite.get(`/pipeline/load?${AT}&adviser=${name}`, { token });
		assert.deepEqual((await asked("lpr-adviser-3")).json.items, rows);
		const [foreign, missing] = [await asked("lpr-adviser-1"), await asked("nobody")];
		assert.deepEqual([foreign.status, missing.status], [404, 404]);
		const { traceId, ...told } = foreign.json;
		assert.deepEqual({ ...told, traceId: missing.json.traceId }, missing.json);
	});

	test("from the command line", async () => {
		const text = await suite.asskomm("pipeline", "--as-of", DAY, "--directorate", "PD-DD", "--track", "coaching");
		assert.match(text, /^14612 .*\n14627 .*\n14628 /m);
		assert.ok(!text.includes("14626"));
		const one = await suite.asskomm("pipeline", "--as-of", DAY, "--adviser", "lpr-adviser-3", "--all");
		assert.match(one, /^14628 +Sächsische Schweiz-Osterzgebirge/m);
		const load = await suite.asskomm("pipeline", "--as-of", DAY, "--load");
		assert.match(load, /^lpr-adviser-3 +coaching +\d+ .* 14612 14627 14628$/m);
	});
});

describe("what came of it, and what will", () => {
	test("each that was contacted has signed, declined, gone dormant or none of it", async () => {
		const all = await get(`/pipeline/outcomes?asOf=${DAY}`);
		assert.equal(all.signed + all.declined + all.dormant + all.open, all.n);
		assert.ok(all.n > 50 && !all.tooFew && all.until === 730, JSON.stringify(all));
		const [first, ...others] = all.points;
		assert.equal(first.atRisk, all.n);
		others.forEach((point, i) => {
			const sum = point.signed + point.declined + point.dormant + point.noneYet;
			assert.ok(Math.abs(sum - 1000) <= 2, JSON.stringify(point));
			assert.ok(point.noneYet <= all.points[i].noneYet && point.signed >= all.points[i].signed);
		});
		const text = await suite.asskomm("pipeline", "--outcomes", "--as-of", DAY);
		assert.match(text, new RegExp(`^of ${all.n} since their first contact, as of ${DAY}`));
		assert.match(text, new RegExp(`^signed +${all.signed} +\\d+\\.\\d %`, "m"));
	});

	test("who declines is told so, and may come back", async () => {
		const known = (await get("/pipeline/milestones?district=14521&limit=1000")).items;
		const town = ["14521010", "14521020", "14521030", "14521040", "14521060", "14521080"].find(
			(key) => !known.some(({ participant }) => participant === key),
		);
		const outcomes = (fact) => get(`/pipeline/outcomes?district=14521&afterFact=${fact}`);
		const contact = await post(`/participants/${town}/contact`, { contactedOn: berlin(20) });
		const before = await outcomes(contact.facts[0]);
		const declined = await post(`/participants/${town}/decline`, { declinedOn: berlin(5) });
		const after = await outcomes(declined.facts[0]);
		assert.deepEqual(
			[after.n, after.declined, after.open],
			[before.n, before.declined + 1, before.open - 1],
		);
		const wrong = { factId: declined.facts[0], reason: "Verwechslung" };
		const withdrawn = await post(`/participants/${town}/withdraw`, wrong);
		assert.equal((await outcomes(withdrawn.facts[0])).declined, before.declined);
		const [row] = (
			await get(`/pipeline/milestones?district=14521&afterFact=${withdrawn.facts[0]}&limit=1000`)
		).items.filter(({ participant }) => participant === town);
		assert.deepEqual([row.contactOn, row.adviceOn], [berlin(20), ""]);
	});

	test("how many will sign by the end of the year, from the weeks that were", async () => {
		const path = `/pipeline/forecast?asOf=${DAY}&by=2023-12-31`;
		const forecast = await get(path);
		assert.deepEqual([forecast.milestone, forecast.weeks, forecast.until], ["agreement", 20, "2023-12-27"]);
		assert.equal(forecast.weekly.length, 52);
		assert.equal(forecast.refused, forecast.weeksWith < 8);
		assert.deepEqual(await get(path), forecast);
		const text = await suite.asskomm("pipeline", "--forecast", "--as-of", DAY, "--by", "2023-12-31");
		assert.match(text, forecast.refused ? /^agreement: nothing is forecast/ : /^agreement: by 2023-12-27/);
		const unknown = await suite.get("/pipeline/forecast?milestone=agrement", { token: ministry });
		assert.equal(unknown.status, 404);
	});

	test("each participant has a row of milestones, as a list and as a table", async () => {
		const rows = [];
		for (let next = ""; ; ) {
			const cursor = next ? `&cursor=${next}` : "";
			const page = await get(`/pipeline/milestones?asOf=${DAY}&limit=50${cursor}`);
			rows.push(...page.items);
			next = page.next;
			if (!next) break;
		}
		const heidenau = rows.find(({ participant }) => participant === "14628160");
		assert.equal(heidenau.agreementOn, DAY);
		const text = await suite.asskomm("pipeline", "--milestones", "--as-of", DAY);
		const lines = text.trim().split("\r\n");
		assert.equal(lines.length, rows.length + 1);
		assert.match(lines[0], /^participant,name,district,contactOn,adviceOn,/);
		assert.ok(lines.some((line) => line.startsWith("14628160,Heidenau,14628,")));
		const town = suite.token("municipality", ["14628160"]);
		const own = await get(`/pipeline/milestones?asOf=${DAY}`, town);
		assert.deepEqual(own.items, [heidenau]);
	});
});

describe("J4: an adviser runs a coaching", () => {
	const contactId = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
	const people = {};
	let id;

	const stalledIn14521 = async (day, fact) => {
		const query = `asOf=${day}&district=14521${fact ? `&afterFact=${fact}` : ""}`;
		const [row] = (await get(`/pipeline?${query}`)).items;
		return row.cells
			.filter(({ track }) => track === "coaching")
			.reduce((total, { stalled }) => total + stalled, 0);
	};
	const mine = async (day) =>
		(await get(`/pipeline/items?asOf=${day}&district=14521&limit=1000`)).items.find(
			({ unit }) => unit === id,
		);
	const told = async (name) =>
		(await get("/inbox?limit=500", people[name])).items.filter(({ text }) => text.includes(id));

	before(async () => {
		people.adviser = adviser;
		people.coordinator = suite.token("municipality", [OELSNITZ], { sub: "coordinator-oelsnitz" });
		for (const token of Object.values(people))
			await post("/subscriptions", { kind: "CoachingStalled" }, token);
	});

	test("the preliminary agreement is known, since 2021-09-01 and not before", async () => {
		for (const [day, count] of [
			["2021-08-31", 0],
			["2021-09-01", 1],
		]) {
			const [row] = (await get(`/pipeline?asOf=${day}&district=14521`)).items;
			assert.equal(row.preliminaryAgreements, count, day);
		}
	});

	test("requested, and a coach of the pool is proposed within 28 days", async () => {
		const wish = { participant: "Oelsnitz/Erzgeb.", requestedOn: berlin(160) };
		id = (await post("/coachings", { ...wish, topics: ["moderation"] })).id;
		const ranking = await get(`/coachings/${id}/matches?on=${berlin(140)}`, adviser);
		const [best] = ranking.ranked;
		assert.equal(best.rank, 1);
		assert.match(best.coach, /^B3-\d\d$/);
		const why = best.criteria.find(({ kind }) => kind === "COMPETENCE");
		assert.equal(why.points, why.most, why.text);
		await post(`/coachings/${id}/match`, { matchedOn: berlin(140), coach: best.coach });
		const { health } = await get(`/coachings/${id}?asOf=${berlin(125)}`);
		assert.deepEqual(health.findings, [], "28 days have passed, and there is a coach");
	});

	test("under contract, and sessions are held", async () => {
		const goals = [{ code: "build_council", text: "Der Präventionsrat tagt" }];
		const contract = { contractedOn: berlin(130), goals, contactId, contactRole: "coordinator" };
		await post(`/coachings/${id}/contract`, contract);
		await post(`/coachings/${id}/start`, { startedOn: berlin(125) });
		for (const ago of [110, 91]) await post(`/coachings/${id}/sessions`, { heldOn: berlin(ago) });
	});

	test("after 90 days without activity the district has one stalled more, with the reason", async () => {
		const { entries } = await get(`/coachings/${id}`, adviser);
		const fact = entries.at(-1).factId;
		assert.equal(await stalledIn14521(berlin(0), fact), 1 + (await stalledIn14521(berlin(1))));
		assert.equal((await mine(berlin(1))).stalled, false);
		const { stalled, stage, reasons } = await mine(berlin(0));
		assert.deepEqual([stalled, stage], [true, "active"]);
		assert.deepEqual(
			reasons.map(({ obstacle, who, days }) => [obstacle, who, days]),
			[["NO_ACTIVITY", "coach", 1]],
		);
	});

	test("adviser and coordinator get one message each", async () => {
		for (const name of Object.keys(people)) {
			await until(async () => (await told(name)).length > 0, `a message to the ${name}`);
			const [{ kind, subject, text }] = await told(name);
			assert.equal(kind, "CoachingStalled");
			assert.equal(subject, "Coaching stockt: Oelsnitz/Erzgeb.");
			assert.match(text, /seit 91 Tagen keine Sitzung/);
		}
	});

	test("a new session clears it, and nobody was told twice", async () => {
		const { facts } = await post(`/coachings/${id}/sessions`, { heldOn: berlin(0) });
		assert.equal(await stalledIn14521(berlin(0), facts[0]), await stalledIn14521(berlin(1)));
		assert.equal((await mine(berlin(0))).stalled, false);
		// looks go on: one that began later was told meanwhile
		const other = await post("/coachings", { participant: "14521355", requestedOn: berlin(29) });
		const later = async () =>
			(await get("/inbox?limit=500", adviser)).items.some(({ text }) => text.includes(other.id));
		await until(later, "a message of another coaching");
		for (const name of Object.keys(people)) assert.equal((await told(name)).length, 1, name);
	});

	test("closed with goals met in part it counts as started for ever", async () => {
		const before = (await get("/figures?district=14521")).coachings;
		const closed = { closedOn: berlin(0), outcome: "PARTLY" };
		const { facts } = await post(`/coachings/${id}/close`, closed);
		const figures = await get(`/figures?district=14521&afterFact=${facts[0]}`);
		assert.equal(figures.coachings, before);
		const behind = await get("/figures/coachings/facts?district=14521&limit=1000");
		assert.ok(behind.items.some(({ participant }) => participant === OELSNITZ));
		assert.equal(await mine(berlin(0)), undefined, "no case that is open");
	});
});
