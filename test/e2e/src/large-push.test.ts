import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Answer, ask, bytesField, readAnswer, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

const serviceCount = 2000;
const profileCount = 20_000;
const pushPath = "push.v1.PusherService/Push";

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create(["-ingester.workers=2"]);
  await server.start();
});
after(async () => {
  await server.stop();
  server.removeData();
});

/** One series of a push: labels and one profile, of 1 ns in a frame. */
interface OneProfile {
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly profile: Buffer;
}

const nowNanos = BigInt(Date.now()) * 1_000_000n;
const profiles = Array.from({ length: profileCount }, (_, index) =>
  tinyPprof({ samples: "main;work 1", timeNanos: nowNanos - BigInt(index) }),
);

/** Ten profiles of each service, in turn. */
function seriesOf(namespace: string): readonly OneProfile[] {
  return profiles.map((profile, index) => ({
    labels: [
      { name: "__name__", value: "process_cpu" },
      { name: "namespace", value: namespace },
      { name: "service_name", value: `service-${index % serviceCount}` },
    ],
    profile,
  }));
}

function pushJson(all: readonly OneProfile[]): Promise<Answer> {
  const series = all.map(({ labels, profile }) => {
    return { labels, samples: [{ rawProfile: profile.toString("base64") }] };
  });
  return ask(server.url, pushPath, { series });
}

async function pushProto(all: readonly OneProfile[]): Promise<Answer> {
  const series = all.map(({ labels, profile }) => {
    const pairs = labels.map(({ name, value }) => {
      return bytesField(1, Buffer.concat([bytesField(1, Buffer.from(name)), bytesField(2, Buffer.from(value))]));
    });
    return bytesField(1, Buffer.concat([...pairs, bytesField(2, bytesField(1, profile))]));
  });
  const headers = { "content-type": "application/proto" };
  const body = Buffer.concat(series);
  return readAnswer(await fetch(`${server.url}/${pushPath}`, { method: "POST", headers, body }));
}

async function totalOf(namespace: string): Promise<bigint> {
  const merged = await ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", {
    profileTypeID: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
    labelSelector: `{namespace="${namespace}"}`,
    start: Date.now() - 3_600_000,
    end: Date.now() + 3_600_000,
  });
  return BigInt((merged.json["flamegraph"] as { readonly total: string }).total);
}

test("one Push of 20,000 profiles of 2,000 services is stored whole, and a damaged one among them alone is refused", async () => {
  const taken = await pushProto(seriesOf("proto"));
  assert.equal(taken.status, 200, taken.text);
  assert.equal(await totalOf("proto"), BigInt(profileCount));

  const half = seriesOf("json").map((one, index) =>
    index === 7 || index === 19_999 ? { ...one, profile: Buffer.from("damaged") } : one,
  );
  const answer = await pushJson(half);
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.headers.get("basalt-error"), "profile_malformed");
  assert.match(answer.text, /2 errors: push series with index 7 and .*; push series with index 19999 and /);
  assert.equal(await totalOf("json"), BigInt(profileCount - 2));
});
