import type { ExecuteContext, QueryAnswer } from "@basalt/query";
import type { IncomingCall } from "@basalt/runtime";
import type { QueryJob } from "./query-job.ts";
import type { SourceOpener } from "./run-job.ts";
import { runJob } from "./run-job.ts";

/** What a pool worker answers. */
export interface QueryWorkerHandlers {
  run(job: QueryJob, call: IncomingCall): Promise<QueryAnswer>;
}

/** The handlers of a pool worker over whatever opens its sources. */
export function queryWorkerHandlers(
  opener: SourceOpener,
  context: Pick<ExecuteContext, "clock" | "memory">,
): QueryWorkerHandlers {
  return {
    run: async (job, call) => {
      const answer = await runJob(job, opener, { ...context, signal: call.signal });
      const { buffer, byteOffset, byteLength } = answer.bytes;
      // A view of a larger buffer is copied: moving it would move what it does not show, too.
      const owned = byteOffset === 0 && byteLength === buffer.byteLength ? answer.bytes : answer.bytes.slice();
      if (owned.buffer instanceof ArrayBuffer) call.transfer(owned.buffer);
      return { ...answer, bytes: owned };
    },
  };
}
