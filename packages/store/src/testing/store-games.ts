import { parentPort, workerData } from "node:worker_threads";
import { fileError } from "@basalt/runtime";
import { playFault, playSeed } from "./store-player.ts";

/** What a worker is to play. */
export type StoreGames =
  | { readonly kind: "seeds"; readonly from: number; readonly to: number; readonly steps: number }
  | { readonly kind: "faults"; readonly from: number; readonly stride: number };

/** Each operation meets one of these; over the operations all of them come. */
const faults = [
  () => "kill" as const,
  () => "powerCut" as const,
  () => fileError("EIO", "disk"),
  () => fileError("ENOSPC", "disk"),
];

async function play(games: StoreGames): Promise<number> {
  if (games.kind === "seeds") {
    for (let seed = games.from; seed <= games.to; seed++)
      await named(`seed ${seed}`, () => playSeed(seed, games.steps));
    return games.to - games.from + 1;
  }
  let count = 0;
  for (let at = games.from, isOver = false; !isOver; at += games.stride) {
    const fault = faults[Math.floor(at / games.stride) % faults.length] as (typeof faults)[number];
    isOver = await named(`fault at operation ${at}`, () => playFault(fault(), at));
    count++;
  }
  return count;
}

async function named<T>(name: string, game: () => Promise<T>): Promise<T> {
  try {
    return await game();
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

parentPort?.postMessage(await play(workerData as StoreGames));
