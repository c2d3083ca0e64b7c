import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { after, before, test } from "node:test";
import { runCommand } from "@basalt/test-kit";

/** The command line of `basaltctl`: help, what it refuses, signals and statuses. */
let silent: Server;
let url: string;
/** Called when the silent server has a connection. */
let onConnection: () => void = () => undefined;
before(async () => {
  silent = createServer((socket) => {
    socket.on("error", () => undefined);
    onConnection();
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  url = `-url=http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
after(() => silent.close());

test("-help lists commands, each of which has help with its flags and the statuses", async () => {
  const { status, stdout } = await runCommand("basaltctl", ["-help"]);
  assert.equal(status, 0);
  const commands = [...stdout.matchAll(/^ {2}(\S+(?: \S+)?) {2,}/gm)].map(([, name = ""]) => name);
  assert.equal(commands.length, 13);
  for (const command of commands) {
    const help = await runCommand("basaltctl", [...command.split(" "), "--help", "-no-such-flag"]);
    assert.deepEqual([help.status, help.stderr], [0, ""], command);
    assert.match(help.stdout, new RegExp(`^Usage: basaltctl ${command} \\[flags\\]`));
    assert.match(help.stdout, /\n {2}-(json|o|folded) \w+\n/);
    assert.match(help.stdout, /\nExit status: 0 done, 1 failed, 2 wrong command line, 3 damage found/);
  }
  const group = await runCommand("basaltctl", ["query", "-h"]);
  assert.deepEqual(
    [group.status, group.stdout.includes("query top"), group.stdout.includes("blocks ls")],
    [0, true, false],
  );
  assert.match((await runCommand("basaltctl", ["--version"])).stdout, /^basaltctl \d+\.\d+\.\d+\n$/);
});

const refused: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [[], /no command given \[config_invalid\]\nbasaltctl -help lists what there is\n$/],
  [["-json"], /unknown flag -json before a command/],
  [
    ["blocks"],
    /blocks is not a whole command: blocks ls, blocks inspect, blocks verify, blocks cat \[config_invalid\]\nbasaltctl blocks -help/,
  ],
  [["blocks", "lss"], /unknown command "blocks lss" \(did you mean blocks ls\?\)/],
  [["pusch", "x"], /unknown command "pusch x" \(did you mean push\?\)/],
  [
    ["blocks", "ls", "-tenat=x"],
    /unknown flag -tenat \(did you mean -tenant\?\) \[config_invalid\]\nbasaltctl blocks ls -help/,
  ],
  [["blocks", "ls", "-print-config"], /unknown flag -print-config/],
  [["blocks", "ls", "extra"], /"extra" is not a flag/],
  [["blocks", "inspect"], /block… is missing/],
  [["blocks", "cat", "nonsense"], /"nonsense" is no block: 26 digits and capitals \[config_invalid\]/],
  [["blocks", "ls", "-json=perhaps"], /-json=perhaps: must be true or false/],
  [["query", "top", "-limit=0"], /-limit=0: must be at least 1/],
  [["query", "top", "-order=size"], /-order=size: must be one of self, total, name/],
  [["query", "series", "-step"], /-step needs a value/],
  [["query", "pprof"], /a pprof needs a file: -o=profile\.pb\.gz/],
  [["push"], /file… is missing/],
];
for (const [args, says] of refused) {
  test(`basaltctl ${args.join(" ")} is refused with status 2`, async () => {
    const { status, stdout, stderr } = await runCommand("basaltctl", args);
    assert.deepEqual([status, stdout], [2, ""], stderr);
    assert.match(stderr, says);
    assert.match(stderr, /^basaltctl: .* lists what there is\n$/s);
  });
}

const failed: readonly (readonly [args: () => readonly string[], says: RegExp])[] = [
  [
    () => ["query", "top", "-url=http://127.0.0.1:1024"],
    /no answer from http:\/\/127\.0\.0\.1:1024\/.*ECONNREFUSED.* \[server_unreachable\]\ncheck -url/,
  ],
  [
    () => ["query", "top", url, "-timeout=50ms"],
    /no answer within 50 ms \(-timeout\) \[deadline_exceeded\]\ngive it more time/,
  ],
  [() => ["query", "top", url, "-from=yesterday"], /\[time_invalid\]\nwrite unix seconds/],
  [() => ["query", "top", url, "-from=now", "-until=now-1h"], /-from is after -until/],
  [() => ["query", "top", url, "-type=cpu"], /\[profile_type_malformed\]\nbasaltctl query types lists/],
  [() => ["blocks", "ls", "-tenant=a/b"], /\[tenant_invalid\]\nname one tenant/],
  [() => ["blocks", "inspect", "01ARZ3NDEKTSV4RRFFQ69G5FAV"], /\[object_not_found\]\ncheck -storage\.filesystem\.dir/],
  [() => ["blocks", "cat", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "-query={"], /\[(object_not_found|selector_malformed)\]/],
];
for (const [args, says] of failed) {
  test(`${says.source.slice(0, 60)}: status 1, and what to do`, async () => {
    const { status, stdout, stderr } = await runCommand("basaltctl", args());
    assert.deepEqual([status, stdout], [1, ""], stderr);
    assert.match(stderr, says);
  });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} stops what waits, with status 130`, async () => {
    const connected = new Promise<void>((resolve) => {
      onConnection = resolve;
    });
    let pid = 0;
    const running = runCommand("basaltctl", ["query", "top", url], { onStart: (id) => void (pid = id) });
    await connected;
    process.kill(pid, signal);
    const { status, stderr } = await running;
    assert.deepEqual([status, stderr.includes("stopped [canceled]")], [130, true], stderr);
  });
}
