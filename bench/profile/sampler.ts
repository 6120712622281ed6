/** The CPU profiler of the thread that opens it, which is the same under all three runtimes. */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";

/**
 * Takes one profile in each run, so that what happens between two runs is not in it. A command-line option would also
 * profile the start-up and the warm-up, and under Bun it would profile no Worker.
 */
export class Sampler {
  readonly #session = new Session();
  readonly #profiles: unknown[] = [];
  #since = 0;
  /** How long it has sampled so far. */
  sampledMs = 0;

  private constructor() {}

  static async open(intervalUs: number): Promise<Sampler> {
    const sampler = new Sampler();
    sampler.#session.connect();
    await sampler.#session.post("Profiler.enable");
    await sampler.#session.post("Profiler.setSamplingInterval", { interval: intervalUs });
    return sampler;
  }

  async start(): Promise<void> {
    await this.#session.post("Profiler.start");
    this.#since = performance.now();
  }

  async stop(): Promise<void> {
    this.sampledMs += performance.now() - this.#since;
    const { profile } = await this.#session.post("Profiler.stop");
    this.#profiles.push(profile);
  }

  /** Write all profiles to a file in that folder. */
  save(folder: string, thread: string): void {
    writeFileSync(join(folder, `${thread}.json`), JSON.stringify(this.#profiles));
  }
}
