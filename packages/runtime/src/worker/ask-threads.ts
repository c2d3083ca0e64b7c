import { type LiveWorker, liveWorkers } from "./live-workers.ts";

/** Stands for the main thread among the keys of threads. */
const mainThread = {};

/** Asks every thread of the process, and has the main thread's own answer with theirs. Those that end meanwhile are left out. */
export async function askThreads<T>(ask: (worker: LiveWorker) => Promise<T>, own: T): Promise<ReadonlyMap<object, T>> {
  const workers = [...liveWorkers()];
  const asked = await Promise.allSettled(workers.map(ask));
  const answers = new Map<object, T>([[mainThread, own]]);
  for (const [i, answer] of asked.entries()) {
    const worker = workers[i];
    if (worker !== undefined && answer.status === "fulfilled") answers.set(worker, answer.value);
  }
  return answers;
}
