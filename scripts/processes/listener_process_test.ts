/** The suite's own listener counts as dead when it lives on but takes no further run. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { currentRuntime } from "../../bench/runtime.ts";
import { withFolder } from "../testing/cli.ts";
import { startListenerProcess } from "./listener_process.ts";

/** Passes the probe of a runtime, and then claims to listen on a port where nothing does. */
const DEAF = `#!/bin/sh
if [ "$1" = --version ]; then echo v99.0; exit; fi
case "$*" in *--port*) echo "listening on 127.0.0.1:1 " && cat > /dev/null ;; esac
`;

test("one that takes no connection has gone, as a look at it shows", () =>
  withFolder(async (folder) => {
    const path = join(folder, "node");
    writeFileSync(path, DEAF, { mode: 0o755 });
    const listener = await startListenerProcess(`node=${path}`, 1_024);
    try {
      assert.equal(listener.gone.aborted, false);
      await listener.look();
      assert.equal(listener.gone.aborted, true);
    } finally {
      await listener.stop();
    }
  }));

test("one that answers is there until it has ended", async () => {
  const listener = await startListenerProcess(
    `${currentRuntime().kind}=${process.execPath}`,
    1_024,
  );
  try {
    await listener.look();
    assert.equal(listener.gone.aborted, false);
  } finally {
    await listener.stop();
  }
  assert.equal(listener.gone.aborted, true);
});
