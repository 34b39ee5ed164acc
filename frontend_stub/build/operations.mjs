// The trusted documents of the mini-program: their ids for the gateway, their types for the source.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as operationTypes from "@graphql-codegen/typescript-operations";
import { buildSchema, parse, print, separateOperations } from "graphql";

const CLIENTS = { mini_program: "operations", till: "till_operations" };
const WARD = "onBehalfOf";
const SCALARS = { Fen: "number", Date: "string", DateTime: "string", UUID: "string", ID: "string" };

/** Write generated/<client>.ts: each operation with its id and its types. */
export async function generateOperations(schemaFolder, to) {
  const schema = parse(await readFile(join(schemaFolder, "schema.graphql"), "utf8"));
  await mkdir(to, { recursive: true });
  for (const [client, module] of Object.entries(CLIENTS)) {
    const document = parse(await documentsOf(join(schemaFolder, "operations", client)));
    await writeFile(join(to, `${module}.ts`), await moduleOf(schema, document));
  }
}

async function documentsOf(folder) {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".graphql")).sort();
  const texts = files.map((name) => readFile(join(folder, name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

/**
 * Tell where an operation takes the ward for whom somebody acts (G19): among its variables, in its
 * input, or nowhere.
 */
function wardOf(operation, inputs) {
  const variables = operation.variableDefinitions.map((one) => one.variable.name.value);
  if (variables.includes(WARD)) return '"variables"';
  const type = operation.variableDefinitions.find((one) => one.variable.name.value === "input")?.type;
  const input = inputs.get(type?.type?.name.value);
  return input?.fields.some((field) => field.name.value === WARD) ? '"input"' : "undefined";
}

async function moduleOf(schema, document) {
  const inputs = new Map(
    schema.definitions
      .filter((one) => one.kind === "InputObjectTypeDefinition")
      .map((one) => [one.name.value, one]),
  );
  const types = await codegen({
    documents: [{ location: "operations", document }],
    schema,
    schemaAst: buildSchema(print(schema)),
    config: {},
    filename: "operations.ts",
    plugins: [{ operations: { scalars: SCALARS, skipTypename: true } }],
    pluginMap: { operations: operationTypes },
  });
  const operations = Object.entries(separateOperations(document)).map(([name, part]) => {
    const id = createHash("sha256").update(print(part)).digest("hex");
    const operation = part.definitions.find((one) => one.kind === "OperationDefinition");
    const kind = operation.operation;
    const type = name + kind[0].toUpperCase() + kind.slice(1);
    const fields = `name: "${name}", id: "${id}", ward: ${wardOf(operation, inputs)}`;
    return `export const ${name}: Document<${type}, ${type}Variables> = { ${fields} };`;
  });
  return `// Made by build.mjs out of the schema and its operations; never edited, never committed.
/** A trusted document: the gateway knows its text by this id. */
export interface Document<Answer, Variables> {
  readonly name: string;
  readonly id: string;
  /** Where it takes the ward for whom somebody acts. */
  readonly ward: "variables" | "input" | undefined;
  readonly types?: (variables: Variables) => Answer;
}

${types}

${operations.join("\n")}
`;
}
