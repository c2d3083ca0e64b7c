import { getHeapStatistics } from "node:v8";

/** How large the JavaScript heap of this thread may become, in bytes: beyond, the thread or the whole process ends. */
export function heapBytesMax(): number {
  return getHeapStatistics().heap_size_limit;
}
