/** What a Worker does: joins the hand-off and sends its producers' messages, run after run. */
import { parentPort } from "node:worker_threads";
import type { Waits } from "../../strategies/primitives/waits.ts";
import type { OnDropped, Strategy, Ticket } from "../../strategies/strategy.ts";
import { PaceBlock } from "../latency/pace_block.ts";
import { preparePacedAsync, preparePacedBlocking } from "../latency/paced.ts";
import { loadStrategy } from "../peers/registry.ts";
import { ControlBlock, type RunPlan } from "./control_block.ts";
import { countDropped } from "./dropped.ts";
import { prepareAsync, prepareBlocking, producersOf } from "../workload/schedule.ts";
import { workingAsync, workingBlocking } from "../workload/work.ts";

/** What a Worker that stays says when its runs are over and it can be given others. */
export const IDLE = "idle";

/** What a Worker of the suite is given. */
export interface WorkerSetup {
  ticket: Ticket;
  /** For the small hand-off of the second pass, where there is one. */
  smallTicket: Ticket | null;
  control: SharedArrayBuffer;
  worker: number;
  workers: number;
  turn: number;
  /** Memory of a `PaceBlock`, where some run is an open loop. */
  pace: SharedArrayBuffer | null;
  /** A count for each producer, where the hand-off may drop messages. */
  dropped: Uint32Array | null;
}

/** What an observed Worker does around each run; a measured one does nothing. */
export interface AroundRuns {
  /** Called when the run is prepared and not yet released; the consumer waits for it. */
  before(): Promise<void>;
  /** Called when all messages are sent; the consumer waits for it, too. */
  after(): Promise<void>;
}

/** Serve runs until told to stop. */
export async function serveProducers(
  setup: WorkerSetup,
  around: AroundRuns | null = null,
): Promise<void> {
  // Neither a promise nor a pending `waitAsync` keeps a Worker alive.
  const alive = setInterval(() => {}, 1_000);
  try {
    await sendRuns(setup, around);
  } catch (error) {
    // An aborted hand-off is how the consumer ends a failed run: it knows the reason.
    if ((error as Error).name !== "HandoffAborted") throw error;
  } finally {
    clearInterval(alive);
    parentPort?.unref();
  }
}

async function sendRuns(setup: WorkerSetup, around: AroundRuns | null): Promise<void> {
  const control = new ControlBlock(setup.control);
  let current: RunPlan | null = null;
  const onDropped = setup.dropped === null
    ? undefined
    : countDropped(setup.dropped, () => current!);
  const strategy = await loadStrategy(setup.ticket.strategy);
  const measured = joinHandoff(setup, setup.ticket, strategy, onDropped);
  const small = setup.smallTicket === null
    ? measured
    : joinHandoff(setup, setup.smallTicket, strategy);
  control.comeOnline();
  for (let run = 1;; run++) {
    const plan = control.awaitPlan(run);
    if (plan === null) return;
    current = plan;
    const { prepare, waits } = plan.proof ? small : measured;
    const send = prepare(plan);
    const isStopped = () => control.isStopped();
    if (plan.pace !== null && !measured.block!.answer(setup.worker, isStopped)) return;
    if (around !== null) await around.before();
    if (!control.awaitRelease(run)) return;
    const before = { ...waits };
    await send();
    if (around !== null) await around.after();
    control.finish(
      waits.parks - before.parks,
      (waits.blockedMs - before.blockedMs) * 1_000,
      waits.failedClaims - before.failedClaims,
    );
  }
}

/** Joins once; `prepare` prepares one run and returns it. */
function joinHandoff(
  setup: WorkerSetup,
  ticket: Ticket,
  strategy: Strategy,
  onDropped?: OnDropped,
): {
  prepare: (plan: RunPlan) => () => void | Promise<void>;
  waits: Waits;
  block: PaceBlock | null;
} {
  const { worker, workers } = setup;
  const block = setup.pace === null ? null : new PaceBlock(setup.pace, workers);
  if (strategy.kind === "blocking") {
    const end = strategy.join(ticket, onDropped);
    return {
      prepare: (plan) => {
        const ids = producersOf(worker, workers, plan.producers);
        return plan.pace !== null
          ? preparePacedBlocking(end, { block: block!, worker, ids }, plan, plan.pace)
          : prepareBlocking(workingBlocking(end, plan), ids, plan, setup.turn);
      },
      waits: end.waits,
      block,
    };
  }
  const end = strategy.join(ticket);
  return {
    prepare: (plan) => {
      const ids = producersOf(worker, workers, plan.producers);
      return plan.pace !== null
        ? preparePacedAsync(end, { block: block!, worker, ids }, plan, plan.pace)
        : prepareAsync(workingAsync(end, plan), ids, plan);
    },
    waits: end.waits,
    block,
  };
}
