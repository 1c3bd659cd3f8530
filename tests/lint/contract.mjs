// What in one openapi.json breaks those who built on another: routes, roles, headers, forms and
// answers. buf compares messages and knows nothing of the options that all of this is made from.

// A form may become wider and an answer more; each of these words makes a form narrower when it comes
// or when its value grows (1) or falls (-1).
const LIMITS = { minimum: 1, minLength: 1, minItems: 1, maximum: -1, maxLength: -1, maxItems: -1 };
const EXACT = ["type", "format", "pattern", "const", "contentEncoding"];

const resolve = (api, it) =>
	it?.$ref ? { ...resolve(api, it.$ref.slice(2).split("/").reduce((at, name) => at[name], api)), name: it.$ref } : it;

// Each break between two schemas, as a sentence that begins with `where`. `sent` is what a client
// sends: there it may get no narrower; what is received may lose nothing.
function* schemas({ then, now, sent, seen }, old, young, where) {
	const [before, after] = [resolve(then, old), resolve(now, young)];
	if (before === undefined || (before.name && seen.has(before.name))) return;
	if (before.name) seen.add(before.name);
	if (after === undefined) return yield `${where} is gone`;
	for (const word of EXACT)
		if (String(before[word]) !== String(after[word]) && (!sent || word === "type" || after[word] !== undefined))
			yield `${where}: ${word} was ${before[word]}, is ${after[word]}`;
	for (const value of sent ? before.enum ?? [] : [])
		if (after.enum && !after.enum.includes(value)) yield `${where}: ${value} is gone`;
	if (sent) yield* limits(before, after, where);
	for (const [name, property] of Object.entries(before.properties ?? {}))
		yield* schemas({ then, now, sent, seen }, property, after.properties?.[name], `${where}.${name}`);
	if (before.items) yield* schemas({ then, now, sent, seen }, before.items, after.items, `${where}[]`);
}

function* limits(before, after, where) {
	for (const [word, way] of Object.entries(LIMITS)) {
		const [was, is] = [before[word], after[word]].map((value) => Number(value ?? -way * Infinity));
		if (is * way > was * way) yield `${where}: ${word} was ${before[word] ?? "any"}, is ${after[word]}`;
	}
	for (const name of after.required ?? [])
		if (!before.required?.includes(name)) yield `${where}.${name} must be given now`;
}

function* parameters(apis, old, young, where) {
	const all = (api, list) => (list ?? []).map((it) => resolve(api, it));
	const found = all(apis.now, young);
	const known = all(apis.then, old);
	const same = (one) => (other) => one.in === other.in && one.name === other.name;
	for (const parameter of known) {
		const now = found.find(same(parameter));
		if (now === undefined) yield `${where}: ${parameter.name} is gone`;
		else yield* schemas({ ...apis, sent: true, seen: new Set() }, parameter.schema, now.schema, `${where} ${parameter.name}`);
	}
	for (const parameter of found.filter(({ required }) => required))
		if (!known.find(same(parameter))?.required) yield `${where}: ${parameter.name} must be given now`;
}

function* contents(apis, old, young, where) {
	for (const [type, { schema }] of Object.entries(old ?? {})) {
		if (young?.[type] === undefined) yield `${where}: ${type} is gone`;
		else yield* schemas({ ...apis, seen: new Set() }, schema, young[type].schema, where);
	}
}

function* operations(apis, old, young, where) {
	if (young === undefined) return yield `${where} is gone`;
	for (const role of old["x-roles"] ?? [])
		if (!young["x-roles"]?.includes(role)) yield `${where}: no more for ${role}`;
	yield* parameters(apis, old.parameters, young.parameters, where);
	if (young.requestBody?.required && !old.requestBody?.required) yield `${where}: needs a body now`;
	yield* contents({ ...apis, sent: true }, old.requestBody?.content, young.requestBody?.content, `${where} sent`);
	for (const [status, answer] of Object.entries(old.responses).filter(([code]) => /^2/.test(code))) {
		const now = resolve(apis.now, young.responses[status]);
		if (now === undefined) yield `${where}: is not answered ${status} any more`;
		else yield* contents({ ...apis, sent: false }, resolve(apis.then, answer).content, now.content, `${where} ${status}`);
	}
}

// Every break, as a list of sentences.
export function breaks(then, now) {
	return Object.entries(then.paths).flatMap(([path, methods]) =>
		Object.entries(methods).flatMap(([method, operation]) =>
			[...operations({ then, now }, operation, now.paths[path]?.[method], `${method.toUpperCase()} ${path}`)]));
}
