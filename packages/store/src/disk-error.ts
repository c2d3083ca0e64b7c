import { BasaltError } from "@basalt/model";

/** Whether the disk, or the user's share of it, is full. */
export function isOutOfSpace(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** Whether there is no such file, said by the file system or by who reads through it. */
export function isNotFound(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "object_not_found";
}

/** For `catch` where a file is read that may be removed at any time. @throws BasaltError `object_not_found`; other errors as they are. */
export function throwIfGone(path: string): (error: unknown) => never {
  return (error) => {
    throw isNotFound(error) ? new BasaltError("object_not_found", `${path} is gone`, { cause: error }) : error;
  };
}

/** The `code` of an error of the file system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
