/** Checks whether a client keeps to docs/clients.md, and names every fault that it finds. */
import { resolve } from "node:path";
import { Option } from "commander";
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { timeSpan } from "./cli/values.ts";
import { checkClient } from "./processes/client_check.ts";

await runMain("check-client", async () => {
  const program = command("check-client", "Check a client against docs/clients.md.")
    .argument("<program>", "what --client would name")
    .addOption(
      new Option("--timeout <time>", "what one answer may take, such as 10s")
        .argParser(timeSpan()).default(10_000, "10s"),
    )
    .parse(process.argv);
  const [path] = program.args;
  if (path.includes("=")) throw new UsageError(`give the program alone, without a name: ${path}`);
  const faults = await checkClient(
    resolve(path),
    program.opts().timeout,
    (line) => console.log(line),
  );
  for (const fault of faults) console.log(`fault: ${fault}`);
  console.log(faults.length === 0 ? "no fault found" : `${faults.length} faults`);
  return faults.length === 0 ? EXIT.ok : EXIT.failed;
});
