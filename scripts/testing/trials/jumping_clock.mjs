/**
 * Loaded before a program: at a random moment the time of day, as Date tells it, jumps. Monotonic clocks
 * (`performance.now`) are not affected, as the system promises.
 */
const Real = Date;
let jumpMs = 0;

globalThis.Date = new Proxy(Real, {
  construct: (target, args) =>
    args.length > 0 ? new target(...args) : new target(Real.now() + jumpMs),
  apply: (target) => new target(Real.now() + jumpMs).toString(),
  get: (target, name) => name === "now" ? () => Real.now() + jumpMs : Reflect.get(target, name),
});

const { FANIN_JUMP_MS = "0", FANIN_JUMP_AFTER_MS = "0" } = process.env;
setTimeout(() => jumpMs = Number(FANIN_JUMP_MS), Number(FANIN_JUMP_AFTER_MS)).unref();
