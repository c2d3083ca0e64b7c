import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { splitName } from "./names.ts";

/** Name, package, short name. */
const cases: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  Go: [
    ["main.main", "main", "main"],
    ["main.main.func1", "main", "main.func1"],
    ["runtime.mallocgc", "runtime", "mallocgc"],
    ["runtime.(*mcache).refill", "runtime", "(*mcache).refill"],
    ["net/http.HandlerFunc.ServeHTTP", "net/http", "HandlerFunc.ServeHTTP"],
    ["net/http.(*conn).serve", "net/http", "(*conn).serve"],
    ["github.com/acme/shop/cart.(*Cart).Total", "github.com/acme/shop/cart", "(*Cart).Total"],
    ["github.com/acme/shop.Run.func1.2", "github.com/acme/shop", "Run.func1.2"],
    ["gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml%2ev3", "Unmarshal"],
    ["slices.SortFunc[go.shape.[]github.com/a/b.Z]", "slices", "SortFunc[go.shape.[]github.com/a/b.Z]"],
    ["bytes.Buffer.Write", "bytes", "Buffer.Write"],
  ],
  JVM: [
    ["java.util.HashMap.put", "java.util", "HashMap.put"],
    ["java.util.HashMap.put(Object, Object)", "java.util", "HashMap.put(Object, Object)"],
    ["java/util/HashMap.put", "java.util", "HashMap.put"],
    ["com/acme/Cart$Line.lambda$total$0", "com.acme", "Cart$Line.lambda$total$0"],
    ["com.acme.Main.<init>", "com.acme", "Main.<init>"],
    ["Main.run", "Main", "Main.run"],
  ],
  Python: [
    ["django.db.models.Model.save", "django.db.models", "Model.save"],
    ["json.decoder.scan_once", "json.decoder", "scan_once"],
    ["app/server.py:handle", "app/server.py", "handle"],
    ["Thread._bootstrap", "Thread", "Thread._bootstrap"],
    ["<module>", "", "<module>"],
    ["<lambda>", "", "<lambda>"],
    ["hot_a", "", "hot_a"],
  ],
  Ruby: [
    ["ActiveRecord::Base#save", "ActiveRecord", "Base#save"],
    ["Integer#times", "Integer", "Integer#times"],
    ["block in Shop::Cart#total", "Shop", "block in Cart#total"],
    ["block (2 levels) in Shop::Cart#total", "Shop", "block (2 levels) in Cart#total"],
    ["work - app/server.rb", "app/server.rb", "work"],
    ["<main>", "", "<main>"],
  ],
  ".NET": [
    ["System.Net.Http!HttpClient.SendAsync", "System.Net.Http", "HttpClient.SendAsync"],
    ["Shop!Shop.Orders.Cart.Total", "Shop.Orders", "Cart.Total"],
    ["System.Collections.Generic.List.Add", "System.Collections.Generic", "List.Add"],
    ["Shop!Main", "Shop", "Main"],
  ],
  Node: [
    ["./app.cjs:allocate:132", "./app.cjs", "allocate"],
    ["./node_modules/express/lib/router/index.js:handle:46", "express", "handle"],
    ["./node_modules/@acme/sdk/dist/cjs/index.js:wrap:40", "@acme/sdk", "wrap"],
    ["node:internal/timers:processTimers:504", "node:internal/timers", "processTimers"],
    [":Non JS threads activity:0", "", "Non JS threads activity"],
    ["(garbage collector)", "", "(garbage collector)"],
    ["(anonymous:L#171:C#36)", "", "(anonymous:L#171:C#36)"],
    ["(program)", "", "(program)"],
    ["(idle)", "", "(idle)"],
  ],
  Rust: [
    ["core::ops::function::FnOnce::call_once", "core::ops::function", "FnOnce::call_once"],
    ["shop::cart::total::h0123456789abcdef", "shop::cart", "total"],
    ["shop::main::{{closure}}", "shop", "main::{{closure}}"],
    ["<alloc::vec::Vec<T> as core::ops::Drop>::drop", "alloc::vec", "drop"],
    ["black_box<u64>", "", "black_box<u64>"],
  ],
  "C++ and kernel": [
    [
      "std::vector<int, std::allocator<int> >::push_back(int const&)",
      "std",
      "vector<int, std::allocator<int> >::push_back(int const&)",
    ],
    ["void std::sort<a::It>(a::It, a::It)", "void std", "sort<a::It>(a::It, a::It)"],
    ["(anonymous namespace)::work", "(anonymous namespace)", "work"],
    ["acme::operator<<(std::ostream&, acme::Cart const&)", "acme", "operator<<(std::ostream&, acme::Cart const&)"],
    ["do_syscall_64_[k]", "kernel", "do_syscall_64"],
    ["entry_SYSCALL_64_after_hwframe", "", "entry_SYSCALL_64_after_hwframe"],
    ["libc.so.6", "libc.so.6", "libc.so.6"],
    ["/usr/lib/libz.so.1.3", "libz.so.1.3", "libz.so.1.3"],
    ["[unknown]", "", "[unknown]"],
    ["__libc_start_main", "", "__libc_start_main"],
  ],
  "names of nothing": [
    ["", "", ""],
    ["total", "", "total"],
    ["other", "", "other"],
    [".", "", "."],
    ["::", "", "::"],
    ["#", "", "#"],
    ["/", "", "/"],
    ["a b.c", "", "a b.c"],
    ["🦀.🦀", "🦀", "🦀"],
  ],
};

describe("splitName", () => {
  for (const [runtime, names] of Object.entries(cases)) {
    for (const [name, packageName, short] of names) {
      it(`${runtime}: ${name}`, () => assert.deepEqual(splitName(name), { package: packageName, short }));
    }
  }

  it("is quick with absurd names", () => {
    for (const piece of ["a::", "(", "<", "a.", "/", "a:", "A#", "block in ", "x - "]) {
      assert.ok(splitName(piece.repeat(100_000)).short.length > 0, piece);
    }
  });
});
