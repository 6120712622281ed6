/** Rows are told apart by the name of the client or runtime, so no two may have the same. */
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../cli/command.ts";
import { withFolder } from "../testing/cli.ts";
import { findClients } from "./clients.ts";

const DESCRIPTION = '{"client":1,"version":"1","threads":1,"arms":{"all":"own-arm"}}';

test("a client has a name that nothing else has, a runtime neither", () =>
  withFolder((folder) => {
    const path = join(folder, "client");
    writeFileSync(path, `#!/bin/sh\necho '${DESCRIPTION}'\n`);
    chmodSync(path, 0o755);
    const x = `x=${path}`;
    assert.deepEqual(findClients([x], [{ label: "y" }]).map(({ label }) => label), ["x"]);
    for (const [items, label] of [[[x], "x"], [[x, x], "y"]] as const) {
      assert.throws(
        () => findClients(items, [{ label }]),
        (error) => error instanceof UsageError && /are called x;/.test(error.message),
      );
    }
    return Promise.resolve();
  }));
