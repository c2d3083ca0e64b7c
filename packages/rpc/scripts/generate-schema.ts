/**
 * Writes `src/gen/schema.ts`, the field table of the JSON codec, from the descriptors that `buf build` gives.
 * Usage: `node scripts/generate-schema.ts [output file] [import of the Schema type]`, in a folder with a buf.yaml.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";

interface FieldDescriptor {
  name: string;
  jsonName: string;
  label: string;
  type: string;
  typeName?: string;
  proto3Optional?: boolean;
  oneofIndex?: number;
}

interface EnumDescriptor {
  name: string;
  value: { name: string; number: number }[];
}

interface MessageDescriptor {
  name: string;
  field?: FieldDescriptor[];
  nestedType?: MessageDescriptor[];
  enumType?: EnumDescriptor[];
  options?: { mapEntry?: boolean };
}

interface FileDescriptor {
  package: string;
  messageType?: MessageDescriptor[];
  enumType?: EnumDescriptor[];
}

const [output = "src/gen/schema.ts", schemaImport = "../json/schema.ts"] = process.argv.slice(2);
const image = execFileSync("buf", ["build", "-o", "-#format=json"], { encoding: "utf8", maxBuffer: 1 << 26 });
const { file: files } = JSON.parse(image) as { file: FileDescriptor[] };

const messages: string[] = [];
const enums: string[] = [];

function addMessage(scope: string, message: MessageDescriptor): void {
  const name = `${scope}.${message.name}`;
  if (message.options?.mapEntry === true) throw new Error(`${name}: the JSON codec does not know maps`);
  const fields = (message.field ?? []).map((field) => `      ${describeField(field)},\n`);
  messages.push(`    "${name}": [\n${fields.join("")}    ],\n`);
  for (const nested of message.nestedType ?? []) addMessage(name, nested);
  for (const nested of message.enumType ?? []) addEnum(name, nested);
}

function addEnum(scope: string, descriptor: EnumDescriptor): void {
  const values = descriptor.value.map(({ name, number }) => `${name}: ${number}`);
  enums.push(`    "${scope}.${descriptor.name}": { ${values.join(", ")} },\n`);
}

function describeField(field: FieldDescriptor): string {
  const kind = field.type.slice("TYPE_".length).toLowerCase();
  const isMany = field.label === "LABEL_REPEATED";
  const isOptional = field.oneofIndex !== undefined || kind === "message";
  const shape = isMany ? "many" : isOptional ? "optional" : "one";
  const parts = [field.jsonName, field.name, kind, shape];
  if (field.typeName !== undefined) parts.push(field.typeName.slice(1));
  return `[${parts.map((part) => JSON.stringify(part)).join(", ")}]`;
}

for (const file of files) {
  for (const message of file.messageType ?? []) addMessage(file.package, message);
  for (const descriptor of file.enumType ?? []) addEnum(file.package, descriptor);
}

writeFileSync(
  output,
  `// Written by scripts/generate-schema.ts. Do not edit.
import type { Schema } from "${schemaImport}";

/** Fields of every generated message. */
export const schema: Schema = {
  messages: {
${messages.join("")}  },
  enums: {
${enums.join("")}  },
};
`,
);
