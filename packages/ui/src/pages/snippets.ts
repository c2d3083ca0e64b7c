/** How each client is told where to send profiles. */

export type SnippetName = "Go" | "Node.js" | "Python" | "Java" | "Ruby" | ".NET" | "Rust" | "Alloy (eBPF)";

export interface Snippet {
  readonly name: SnippetName;
  /** The code for a server at an origin, `http://host:port`. */
  readonly code: (origin: string) => string;
}

export const snippets: readonly Snippet[] = [
  {
    name: "Go",
    code: (origin) => `// go get github.com/grafana/pyroscope-go
import "github.com/grafana/pyroscope-go"

pyroscope.Start(pyroscope.Config{
	ApplicationName: "my-service",
	ServerAddress:   "${origin}",
	Tags:            map[string]string{"hostname": os.Getenv("HOSTNAME")},
})`,
  },
  {
    name: "Node.js",
    code: (origin) => `// npm install @pyroscope/nodejs
import Pyroscope from "@pyroscope/nodejs";

Pyroscope.init({ serverAddress: "${origin}", appName: "my-service" });
Pyroscope.start();`,
  },
  {
    name: "Python",
    code: (origin) => `# pip install pyroscope-io
import pyroscope

pyroscope.configure(application_name="my-service", server_address="${origin}")`,
  },
  {
    name: "Java",
    code: (origin) => `# download pyroscope.jar from github.com/grafana/pyroscope-java/releases
export PYROSCOPE_APPLICATION_NAME=my-service
export PYROSCOPE_SERVER_ADDRESS=${origin}
java -javaagent:pyroscope.jar -jar app.jar`,
  },
  {
    name: "Ruby",
    code: (origin) => `# bundle add pyroscope
require "pyroscope"

Pyroscope.configure do |config|
  config.application_name = "my-service"
  config.server_address = "${origin}"
end`,
  },
  {
    name: ".NET",
    code: (origin) => `# copy the native libraries from github.com/grafana/pyroscope-dotnet/releases
export PYROSCOPE_APPLICATION_NAME=my-service
export PYROSCOPE_SERVER_ADDRESS=${origin}
export PYROSCOPE_PROFILING_ENABLED=1
export CORECLR_ENABLE_PROFILING=1
export CORECLR_PROFILER={BD1A650D-AC5D-4896-B64F-D6FA25D6B26A}
export CORECLR_PROFILER_PATH=/dotnet/Pyroscope.Profiler.Native.so
export LD_PRELOAD=/dotnet/Pyroscope.Linux.ApiWrapper.x64.so
dotnet app.dll`,
  },
  {
    name: "Rust",
    code: (origin) => `// cargo add pyroscope pyroscope_pprofrs
let agent = PyroscopeAgent::builder("${origin}", "my-service")
    .backend(pprof_backend(PprofConfig::new().sample_rate(100)))
    .build()?;
let running = agent.start()?;`,
  },
  {
    name: "Alloy (eBPF)",
    code: (origin) => `// config.alloy; run Alloy as root on the host
discovery.process "all" { }

pyroscope.ebpf "host" {
  forward_to = [pyroscope.write.basalt.receiver]
  targets    = discovery.process.all.targets
}

pyroscope.write "basalt" {
  endpoint { url = "${origin}" }
}`,
  },
];
