const utf8 = new TextEncoder();

/** A length-delimited protobuf field, for messages whose content is encoded elsewhere. */
export function inField(field: number, content: Uint8Array): Uint8Array {
  const head: number[] = [];
  for (const varint of [field * 8 + 2, content.length]) {
    let rest = varint;
    for (; rest > 127; rest = Math.floor(rest / 128)) head.push((rest % 128) | 128);
    head.push(rest);
  }
  return concat([Uint8Array.from(head), content]);
}

/** A JSON object with one member, whose value is JSON already. */
export function inMember(name: string, json: Uint8Array): Uint8Array {
  return concat([utf8.encode(`{${JSON.stringify(name)}:`), json, utf8.encode("}")]);
}

/** Bytes one behind the other, in an array of their own. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
