/**
 * The directions in which imports may go, for dependency-cruiser; `npm test` checks them. docs/architecture.md has a
 * diagram.
 */

/**
 * From the bottom up: a folder of `scripts/` may import from those before it; folders of one level may not import from
 * each other.
 */
const FLOORS = [
  ["cli"],
  ["processes"],
  ["results"],
  ["statistics"],
  ["session"],
  ["report"],
  ["as_published", "flame"],
];

/** The packages in the workspace of `bench/peers/`. */
const PEERS = "comlink|piscina|ringbuf\\.js|workerpool";
const TESTS = "_test\\.ts$|/testing/";

/** What a folder must not import: all folders above it, the others of its level, and the commands. */
const rooms = FLOORS.flatMap((floor, level) =>
  floor.map((room) => {
    const others = [...floor, ...FLOORS.slice(level + 1).flat()].filter((name) => name !== room);
    const forbidden = others.length === 0 ? "" : `^scripts/(${others.join("|")})/|`;
    return {
      name: `${room} looks down only`,
      severity: "error",
      from: { path: `^scripts/${room}/`, pathNot: TESTS },
      to: { path: `${forbidden}^scripts/[^/]+\\.(ts|mjs)$` },
    };
  })
);

export default {
  forbidden: [
    ...rooms,
    {
      name: "bench knows no scripts",
      severity: "error",
      from: { path: "^bench/" },
      to: { path: "^scripts/" },
    },
    {
      name: "strategies know no bench, no scripts and no examples",
      severity: "error",
      from: { path: "^(strategies/|mod\\.ts$)", pathNot: TESTS },
      to: { path: "^(bench|scripts|examples)/" },
    },
    {
      name: "examples stand on the library alone",
      severity: "error",
      from: { path: "^examples/", pathNot: TESTS },
      to: { path: "^(bench|scripts)/" },
    },
    {
      name: "what is measured uses no example, but for the lines that one makes",
      severity: "error",
      from: { path: "^(bench|scripts)/", pathNot: `${TESTS}|^bench/workload/lines\\.ts$` },
      to: { path: "^examples/" },
    },
    {
      name: "what is measured and what is not share no door",
      severity: "error",
      from: {
        path: "^bench/(process|workers|wire|workload|subjects|verify|latency)/",
        pathNot: TESTS,
      },
      to: { path: "^bench/(profile|as_published|primitives|soak)/" },
    },
    {
      name: "no command imports a command",
      severity: "error",
      from: { path: "^scripts/[^/]+\\.(ts|mjs)$" },
      to: { path: "^scripts/[^/]+\\.(ts|mjs)$" },
    },
    {
      name: "testing is for tests",
      severity: "error",
      // A command that plants mistakes is also a test, which a person starts.
      from: {
        path: "^(scripts|bench|strategies)/",
        pathNot: `${TESTS}|^scripts/(mutations|explore|plant|trials)\\.ts$`,
      },
      to: { path: "/testing/" },
    },
    {
      name: "no package in what is measured, but mitata for the primitives and the peers' own",
      severity: "error",
      from: { path: "^(bench|strategies|examples|mod\\.ts$)", pathNot: TESTS },
      to: { path: "node_modules/", pathNot: `node_modules/(@types/node|mitata|${PEERS})/` },
    },
    {
      name: "mitata drives the primitives alone, and a peer's package is that peer's",
      severity: "error",
      from: { pathNot: `${TESTS}|^bench/(primitives|peers)/` },
      to: { path: `node_modules/(mitata|${PEERS})/` },
    },
    {
      name: "fast-check is for tests",
      severity: "error",
      from: { path: "^(scripts|bench|strategies|examples)/", pathNot: TESTS },
      to: { path: "node_modules/fast-check/" },
    },
    { name: "no circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no file without a use",
      severity: "error",
      from: {
        pathNot:
          `${TESTS}|^(mod|server)\\.ts$|^examples/|^scripts/[^/]+\\.(ts|mjs)$|worker\\.ts$|^bench/(process/(cell|probe)|profile/cell|soak/process|primitives/|as_published/(arm|echo_listener))|report/page/|flame/page_script|^scripts/pinned`,
        orphan: true,
      },
      to: {},
    },
    {
      name: "all imports lead somewhere",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^results/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".mjs", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node"],
    },
  },
};
