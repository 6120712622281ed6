/**
 * Runs in the page: draws every graph and makes it usable with mouse, keyboard and search. All text is set through
 * textContent and setAttribute.
 */
(() => {
  const { d3, flamegraph } = globalThis;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const trees = JSON.parse(document.getElementById("graphs").textContent);
  const graphs = trees.map((tree, index) => draw(document.getElementById(`graph-${index}`), tree));

  document.getElementById("search").addEventListener("input", (event) => {
    for (const graph of graphs) graph.search(event.target.value.trim().toLowerCase());
  });
  document.getElementById("reset").addEventListener("click", () => {
    for (const graph of graphs) graph.reset();
  });

  function draw(host, tree) {
    const section = host.closest("section");
    const detail = section.querySelector(".detail");
    const matched = section.querySelector(".matched");
    let current = 0;

    const describe = ({ data }) =>
      `${data.name}${data.source === "" ? "" : ` (${data.source})`}, ${share(data.value)}, ` +
      `${data.value} samples`;
    const share = (value) => `${(100 * value / Math.max(1, tree.value)).toFixed(1)} %`;
    const show = (node) => detail.textContent = describe(node);

    const chart = flamegraph.default()
      .width(host.clientWidth)
      .cellHeight(20)
      .minFrameSize(1)
      .inverted(true)
      .transitionDuration(still ? 0 : 150)
      .sort((a, b) => b.data.value - a.data.value)
      .setLabelHandler(describe)
      .setDetailsHandler(() => {})
      .setSearchMatch(({ data }, term) =>
        term !== "" && `${data.name} ${data.source}`.toLowerCase().includes(term)
      )
      .setSearchHandler((found) => {
        // What a match has called is already counted with it.
        const outer = found.filter((node) =>
          node.ancestors().every((a) => a === node || !a.highlight)
        );
        const sum = outer.reduce((total, { data }) => total + data.value, 0);
        matched.textContent = `${share(sum)} found`;
      })
      .onHover(show)
      .onClick(decorate);
    d3.select(host).datum(tree).call(chart);
    decorate();
    chart.height(host.querySelector("svg").height.baseVal.value);

    host.addEventListener("focusin", (event) => {
      const node = nodeOf(event.target);
      if (node === null) return;
      current = node.id;
      show(node);
    });
    host.addEventListener("keydown", (event) => {
      const node = nodeOf(event.target);
      if (node === null) return;
      if (event.key === "Enter" || event.key === " ") chart.zoomTo(node);
      else if (event.key === "Escape") chart.resetZoom();
      else if (!focus(neighbour(node, event.key))) return;
      event.preventDefault();
    });
    new ResizeObserver(() => {
      if (host.clientWidth === chart.width()) return;
      chart.width(host.clientWidth).update();
      decorate();
    }).observe(host);

    /** Adds to the frames what the library does not know; must be called after each of its updates. */
    function decorate() {
      // Tab reaches one frame, so that must be one that is drawn, as the root always is.
      if (!frames().some((frame) => nodeOf(frame).id === current)) current = 0;
      for (const frame of frames()) {
        const node = nodeOf(frame);
        frame.dataset.category = node.data.category;
        frame.toggleAttribute("data-match", node.highlight === true);
        frame.setAttribute("role", "button");
        frame.setAttribute("aria-label", describe(node));
        frame.setAttribute("tabindex", node.id === current ? "0" : "-1");
      }
    }

    function frames() {
      return [...host.querySelectorAll("g.frame")];
    }

    function nodeOf(element) {
      const frame = element.closest?.("g.frame");
      return frame === null || frame === undefined ? null : d3.select(frame).datum();
    }

    function neighbour(node, key) {
      const siblings = node.parent?.children ?? [node];
      const at = siblings.indexOf(node);
      return {
        ArrowUp: node.parent,
        ArrowDown: node.children?.[0],
        ArrowLeft: siblings[at - 1],
        ArrowRight: siblings[at + 1],
      }[key];
    }

    /** Returns false if there is no such frame, or it is too narrow to be drawn. */
    function focus(node) {
      const frame = frames().find((other) => nodeOf(other) === node);
      if (node === undefined || node === null || frame === undefined) return false;
      current = node.id;
      for (const other of frames()) other.setAttribute("tabindex", other === frame ? "0" : "-1");
      frame.focus();
      return true;
    }

    return {
      search(term) {
        chart.search(term);
        if (term === "") matched.textContent = "";
        decorate();
      },
      reset: () => chart.resetZoom(),
    };
  }
})();
