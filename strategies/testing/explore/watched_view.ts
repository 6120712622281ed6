/** A typed array over shared memory that reports each plain read and write before it happens. */

export type View = Int32Array<SharedArrayBuffer> | Uint8Array<SharedArrayBuffer>;

/** @param touch is told which element is accessed; its last argument returns the value once the access may happen */
export function watch(
  view: View,
  touch: (kind: "read" | "write", at: number, value: () => number) => void,
): View {
  const read = (at: number) => {
    touch("read", at, () => view[at]);
    return view[at];
  };
  const write = (at: number, value: number) => {
    touch("write", at, () => value);
    view[at] = value;
  };
  const ranges = {
    fill: (value: number, from = 0, to = view.length) => {
      for (let i = from; i < to; i++) write(i, value);
    },
    set: (source: ArrayLike<number>, at = 0) => {
      for (let i = 0; i < source.length; i++) write(at + i, source[i]);
    },
    subarray: view.subarray.bind(view),
    slice: (from = 0, to = view.length) =>
      Uint8Array.from({ length: to - from }, (_, i) => read(from + i)),
  } as Record<string, unknown>;
  return new Proxy(view, {
    get: (target, key) => {
      if (typeof key === "string" && key >= "0" && key <= "9999999999") return read(Number(key));
      return ranges[key as string] ?? Reflect.get(target, key, target);
    },
    set: (_target, key, value) => {
      write(Number(key), value);
      return true;
    },
  });
}
