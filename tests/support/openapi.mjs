// What the tests ask of openapi.json: its operations, and whether a value keeps a schema.
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

// What a reference names; anything else as it is.
export function schemaOf(api, value) {
	if (!value?.$ref) return value;
	return value.$ref.split("/").slice(1).reduce((part, name) => part[name], api);
}

// [{ name, verb, path, operation }]
export function operationsOf(api) {
	return Object.entries(api.paths).flatMap(([path, verbs]) =>
		Object.entries(verbs).map(([verb, operation]) => ({
			name: `${verb.toUpperCase()} ${path}`,
			verb: verb.toUpperCase(),
			path,
			operation,
		})),
	);
}

// A function (schema, value) that gives "" or why the value does not keep it. References are those
// of the description.
export function validator(api) {
	const ajv = new Ajv({ allErrors: true, strict: false });
	addFormats(ajv);
	for (const format of ["int32", "int64"]) ajv.addFormat(format, true); // patterns say it
	ajv.addSchema({ $id: "openapi", components: api.components });
	const compiled = new Map();
	return (schema, value) => {
		const text = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
		if (!compiled.has(text)) compiled.set(text, ajv.compile(JSON.parse(text)));
		const check = compiled.get(text);
		return check(value)
			? ""
			: ajv.errorsText(check.errors, { dataVar: "value" }) +
					check.errors.map((each) => ` ${JSON.stringify(each.params)}`).join("");
	};
}
