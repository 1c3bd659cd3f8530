// What the messages are made of, read from the descriptors that the build generates from proto/, and
// which statement is read into which message, read from each service's table of contents.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GEN, ROOT } from "./support.mjs";

// ---- protobuf's own bytes: { field number: [values] }, a value is a number or bytes

function varint(bytes, at) {
	let value = 0n;
	for (let shift = 0n; ; shift += 7n, at++) {
		value |= BigInt(bytes[at] & 0x7f) << shift;
		if (bytes[at] < 0x80) return [Number(value), at + 1];
	}
}

function fieldsOf(bytes) {
	const fields = {};
	for (let at = 0; at < bytes.length; ) {
		let tag, value;
		[tag, at] = varint(bytes, at);
		[value, at] = varint(bytes, at);
		if (tag % 8 === 2) {
			const start = at;
			at += value;
			value = bytes.subarray(start, at);
		} else if (tag % 8 !== 0) {
			throw new Error(`wire type ${tag % 8} in the descriptors`);
		}
		(fields[tag >> 3] ??= []).push(value);
	}
	return fields;
}

// ---- descriptors (google/protobuf/descriptor.proto)

const KINDS = {
	3: "integer",
	4: "integer",
	5: "integer",
	6: "integer",
	8: "boolean",
	9: "text",
	11: "message",
	12: "bytes",
	13: "integer",
	14: "text", // enums go by their names
};
const REPEATED = 3;

function readField(bytes) {
	const { 1: name, 4: label, 5: type, 6: typeName } = fieldsOf(bytes);
	return {
		name: String(name[0]),
		kind: label[0] === REPEATED ? "list" : KINDS[type[0]],
		message: typeName && String(typeName[0]).slice(1),
	};
}

// Adds the message and those in it to `messages`: full name to { name, fields: Map }.
function readMessage(bytes, parent, messages) {
	const { 1: name, 2: fields = [], 3: nested = [] } = fieldsOf(bytes);
	const fullName = `${parent}.${name[0]}`;
	const list = fields.map(readField);
	messages.set(fullName, {
		name: fullName,
		fields: new Map(list.map((field) => [field.name, field])),
	});
	for (const each of nested) readMessage(each, fullName, messages);
}

function readService(bytes, methods) {
	for (const each of fieldsOf(bytes)[2]) {
		const { 1: rpc, 2: input, 3: output } = fieldsOf(each);
		methods.set(String(rpc[0]), {
			input: String(input[0]).slice(1),
			output: String(output[0]).slice(1),
		});
	}
}

// { messages, methods }: rpcs are named once in the whole suite.
export function readDescriptors() {
	const messages = new Map();
	const methods = new Map();
	for (const file of fieldsOf(readFileSync(join(GEN, "asskomm.descriptors")))[1]) {
		const { 2: name = [""], 4: own = [], 6: services = [] } = fieldsOf(file);
		if (!String(name[0]).startsWith("asskomm")) continue;
		for (const each of own) readMessage(each, String(name[0]), messages);
		for (const each of services) readService(each, methods);
	}
	return { messages, methods };
}

// ---- tables of contents

// registry__cooperation_level__descriptor is asskomm.registry.v1.CooperationLevel.
function messageOf(cName) {
	const [, first, rest] = cName.match(/^&(\w+?)__(\w+)__descriptor$/);
	const name = rest.replace(/(?:^|_)([a-z0-9])/g, (_, letter) => letter.toUpperCase());
	return first === "asskomm" ? `asskomm.v1.${name}` : `asskomm.${first}.v1.${name}`;
}

// The rows of one table in the C file, each as its cells.
function rowsOf(code, declaration) {
	const start = code.indexOf(declaration);
	if (start < 0) return [];
	const table = code.slice(start + declaration.length, code.indexOf("};", start));
	return [...table.matchAll(/\{([^{}]*)\}/g)]
		.map(([, cells]) => cells.split(",").map((cell) => cell.trim()))
		.filter(([first]) => first.startsWith('"'))
		.map((cells) => cells.map((cell) => cell.replace(/^"(.*)"$/, "$1")));
}

const named = (cell) => (cell === "NULL" || cell === undefined ? undefined : cell);

// { commands, queries, listener } of a service; where the C file has NULL there is undefined.
export function readContents(service) {
	const code = readFileSync(join(ROOT, `services/${service}/${service}.c`), "utf8").replace(
		/\/\*[\s\S]*?\*\//g,
		"",
	);
	const listener = code.match(/struct listener listener = \{([^{}]*)\}/)?.[1].split(",");
	const [fold, effect, , , pass, together] = (listener ?? []).map((cell) => cell.trim().replaceAll('"', ""));
	return {
		commands: rowsOf(code, "struct command commands[] =").map(
			([rpc, aggregate, load, , save]) => ({
				rpc,
				aggregate: messageOf(aggregate),
				load: named(load),
				save,
			}),
		),
		queries: rowsOf(code, "struct query queries[] =").map(([rpc, sql, rows]) => ({
			rpc,
			sql,
			rows: named(rows) && messageOf(rows),
		})),
		listener: listener && { fold, effect: messageOf(effect), pass: named(pass), together: together === "true" },
	};
}
