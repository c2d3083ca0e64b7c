import { refuse } from "./scalar-reader.ts";

const typeUrlPrefix = "type.googleapis.com/";

/**
 * Reads `{"@type": "type.googleapis.com/x.Y", …fields of Y}`.
 *
 * @param encode writes the JSON of a message of that full name as protobuf.
 */
export function readAny(
  json: Readonly<Record<string, unknown>>,
  encode: (typeName: string, json: unknown) => Uint8Array,
): Record<string, unknown> {
  const typeUrl = json["@type"];
  if (typeof typeUrl !== "string") return refuse("@type with a type URL", typeUrl, "@type");
  return { typeUrl, value: encode(typeNameOf(typeUrl), json) };
}

/**
 * Writes an Any; the inverse of {@link readAny}.
 *
 * @param write writes the protobuf of a message of that full name as JSON text.
 */
export function writeAny(
  any: Readonly<Record<string, unknown>>,
  write: (typeName: string, bytes: Uint8Array) => string,
): string {
  const typeUrl = any["typeUrl"] as string;
  const fields = write(typeNameOf(typeUrl), any["value"] as Uint8Array).slice(1);
  return `{"@type":"${typeUrlPrefix}${typeNameOf(typeUrl)}"${fields === "}" ? "" : ","}${fields}`;
}

/** The full name at the end of a type URL. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}
