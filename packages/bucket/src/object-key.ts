import { BasaltError } from "@basalt/model";

/** S3's bound. */
const keyLengthMax = 1024;

/**
 * Checks a key: 1–1,024 characters, parts joined by `/`, no part empty, `.` or `..`, none that ends in `~` (unfinished
 * files of a folder are called so), no control characters or backslashes.
 *
 * @throws BasaltError `object_key_invalid`.
 */
export function checkKey(key: string): void {
  const isPlain = key.length <= keyLengthMax && !/[\u0000-\u001f\u007f\\]/.test(key);
  if (!isPlain || key.split("/").some(isBadPart)) {
    throw new BasaltError("object_key_invalid", `object key ${JSON.stringify(key.slice(0, 200))} is not a plain path`);
  }
}

function isBadPart(part: string): boolean {
  return part === "" || part === "." || part === ".." || part.endsWith("~");
}
