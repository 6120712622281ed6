/**
 * A run into this very process, which keeps the messages and then checks them. Shows what a hand-off costs without a
 * socket.
 */
import type { OpenRun, RunSink, RunVerdict } from "./sink.ts";
import { Recorder } from "../verify/recorder.ts";
import { Store } from "../verify/store.ts";

/** Opens runs that are checked in this process. All of them share one store of that many bytes. */
export function memoryRuns(storeBytes: number): OpenRun {
  const store = new Store(storeBytes);
  return (header) => {
    const recorder = new Recorder(header, store.readyFor(header));
    let failure: Error | null = null;
    const sink: RunSink = {
      connectUs: 0,
      write(bytes) {
        if (failure !== null) return Promise.reject(failure);
        recorder.take(bytes);
        return Promise.resolve();
      },
      finish: () => failure ? Promise.reject(failure) : Promise.resolve(recorder.receivedBytes),
      verdict(): Promise<RunVerdict> {
        return Promise.resolve({
          ...recorder.verdict(),
          mode: recorder.mode,
          listenerCpuUserUs: null,
          listenerCpuSystemUs: null,
        });
      },
      arrivals: () => ({ names: recorder.names(), read: null }),
      abort(reason) {
        failure ??= reason;
      },
    };
    return Promise.resolve(sink);
  };
}
