import { BasaltError } from "@basalt/model";
import { fileErrorCode } from "@basalt/runtime/thread";

export { isOutOfSpace } from "@basalt/runtime/thread";

/** Whether there is no such file, said by the file system or by who reads through it. */
export function isNotFound(error: unknown): boolean {
  const code = fileErrorCode(error);
  return code === "ENOENT" || code === "object_not_found";
}

/** For `catch` where a file is read that may be removed at any time. @throws BasaltError `object_not_found`; other errors as they are. */
export function throwIfGone(path: string): (error: unknown) => never {
  return (error) => {
    throw isNotFound(error) ? new BasaltError("object_not_found", `${path} is gone`, { cause: error }) : error;
  };
}
