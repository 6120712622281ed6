/**
 * Loaded before a program: at a random moment the time of day jumps, as Date tells it. Clocks that only go on
 * (`performance.now`) go on, as the system promises.
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
