import process from "node:process";
import { FilesystemBucket } from "@basalt/bucket";
import { nodeFileSystem } from "@basalt/runtime/thread";

const [folder = "", additions = "0"] = process.argv.slice(2);
const bucket = new FilesystemBucket(nodeFileSystem, folder);

/** Adds to the object `counter`, and tries to create an object for each addition; prints how many were its own. */
let created = 0;
for (let added = 0; added < Number(additions); ) {
  const version = (await bucket.attributes("counter"))?.version ?? "";
  const count = Number(new TextDecoder().decode(await bucket.get("counter")));
  if (!(await bucket.putIfVersion("counter", new TextEncoder().encode(`${count + 1}`), version))) continue;
  if (await bucket.putIfAbsent(`created-${added}`, new Uint8Array(1))) created++;
  added++;
}
process.stdout.write(`${created}`);
