/** The programs that the documentation prints run as they are printed, also with a slow reader on the other end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { withFolder } from "../scripts/testing/cli.ts";

const MOD = new URL("../mod.ts", import.meta.url);

/** Its TypeScript blocks, without the margin that a comment has. */
function codeBlocks(file: URL): string[] {
  const text = readFileSync(file, "utf8").replaceAll(/^ \* ?/gm, "");
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
}

/** Writes the files that a block names in its comments, with `mod.ts` where it really is. */
function writeProgram(code: string, folder: string): string {
  for (const part of code.split(/^(?=\/\/ \w+\.ts$)/m)) {
    const name = /^\/\/ (\w+\.ts)/.exec(part)![1];
    writeFileSync(join(folder, name), part.replaceAll('"./mod.ts"', JSON.stringify(MOD.href)));
  }
  return join(folder, "main.ts");
}

/** What a program prints to a reader that takes a piece and then rests. */
async function printedSlowly(file: string): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [...runArguments(currentRuntime().kind), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pieces: Uint8Array[] = [];
  child.stdout.on("data", (piece: Uint8Array) => {
    pieces.push(piece);
    child.stdout.pause();
    setTimeout(() => child.stdout.resume(), 2);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, text: Buffer.concat(pieces).toString() };
}

for (const [name, lines] of [["mod.ts", 100_000], ["README.md", 50_000]] as const) {
  test(
    `the program in ${name} delivers every line to a slow reader`,
    { timeout: 60_000 },
    async () => {
      const [code, ...others] = codeBlocks(new URL(`../${name}`, import.meta.url));
      assert.equal(others.length, 0, "a block that no test runs");
      await withFolder(async (folder) => {
        const { code: exit, text } = await printedSlowly(writeProgram(code, folder));
        assert.equal(exit, 0);
        const next = new Map<string, number>();
        for (const line of text.split("\n").slice(0, -1)) {
          const match = /^(worker \d) line (\d+)$/.exec(line);
          assert.ok(
            match !== null,
            `not a line that was sent: ${JSON.stringify(line.slice(0, 80))}`,
          );
          // A Worker's producers send one after the other, each from 0 on.
          const due = (next.get(match[1]) ?? 0) % lines;
          assert.equal(Number(match[2]), due, match[1]);
          next.set(match[1], (next.get(match[1]) ?? 0) + 1);
        }
        assert.deepEqual([...next].sort(), [["worker 0", 100_000], ["worker 1", 100_000]]);
      });
    },
  );
}
