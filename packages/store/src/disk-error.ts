/** Whether the disk, or the user's share of it, is full. */
export function isOutOfSpace(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** Whether there is no such file. */
export function isNotFound(error: unknown): boolean {
  return errorCode(error) === "ENOENT";
}

/** The `code` of an error of the file system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
