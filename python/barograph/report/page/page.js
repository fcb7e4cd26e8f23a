"use strict";
(function () {
  const failed = document.getElementById("failed");
  window.__errors = [];
  function fail(what) {
    window.__errors.push(String(what));
    document.body.dataset.errors = String(window.__errors.length);
    failed.hidden = false;
    failed.textContent = "This page could not be drawn completely: " + window.__errors.join("; ");
  }
  window.addEventListener("error", (event) => fail(event.message));
  window.addEventListener("unhandledrejection", (event) => fail(event.reason));
  document.addEventListener("securitypolicyviolation", (event) => fail("blocked: " + event.violatedDirective));

  const data = JSON.parse(document.getElementById("data").textContent);
  const choice = document.getElementById("filter");
  const print = window.matchMedia("print");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const touch = window.matchMedia("(pointer: coarse)").matches;
  const UNITS = { ms: " ms", "%": " %" };
  let view = "all";

  // Plotly reads a little markup in texts: names from a log must stay what they are.
  const literal = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const cut = (text, width) => (text.length > width ? text.slice(0, width - 1).trimEnd() + "…" : text);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const faint = (hex, share) =>
    hex + Math.round(share * 255).toString(16).padStart(2, "0");

  function labelAxis(labels, room) {
    const step = Math.max(1, Math.ceil(labels.length / room.most));
    const at = labels.map((_, i) => i).filter((i) => i % step === 0);
    return {
      type: "linear", tickmode: "array", tickvals: at, ticktext: at.map((i) => literal(cut(labels[i], room.width))),
      range: [-0.5, labels.length - 0.5],
    };
  }

  function chosen(panel, list) {
    if (panel.split && view !== "all" && list.some((t) => t.series === view)) return list.filter((t) => t.series === view || t.fit);
    const own = list.some((t) => t.view === view);
    const seen = list.filter((t) => t.view === null || t.view === (own ? view : "all"));
    return seen.length ? seen : list;
  }

  function build(panel, narrow) {
    const ink = colour("--ink"), line = colour("--line"), quiet = colour("--quiet");
    const scale = panel.unit === "%" ? 100 : 1;
    const unit = UNITS[panel.unit] || "";
    const flip = panel.kind === "hbar";
    const font = { family: getComputedStyle(document.body).fontFamily, size: narrow ? 11 : 12, color: ink };
    const axis = (title) => ({
      title: { text: literal(title), standoff: 8, font: { size: narrow ? 11 : 12, color: quiet } },
      automargin: true, separatethousands: true, exponentformat: "none", gridcolor: line, linecolor: line, zeroline: false, tickcolor: line, ticks: "outside", ticklen: 3,
    });
    const layout = {
      font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 8, r: narrow ? 8 : 14, t: 8, b: 8 }, height: panel.height[narrow ? 1 : 0], autosize: true,
      showlegend: false, hovermode: "closest", dragmode: touch ? false : "zoom",
      hoverlabel: { align: "left", namelength: 40, bgcolor: colour("--panel"), bordercolor: line, font: { color: ink } },
      xaxis: axis(panel.xTitle), yaxis: axis(panel.yTitle), barmode: "group", bargap: panel.kind === "histogram" ? 0.04 : 0.25,
      uirevision: panel.name, modebar: { color: quiet, activecolor: ink, bgcolor: "rgba(0,0,0,0)" },
    };
    if (panel.kind === "heatmap") return heat(panel, layout, narrow, scale, unit);
    const base = flip ? layout.yaxis : layout.xaxis;
    const value = flip ? layout.xaxis : layout.yaxis;
    if (flip) { layout.xaxis.title.text = literal(panel.yTitle); layout.yaxis.title.text = literal(panel.xTitle); }
    const seen = chosen(panel, panel.traces);
    let labels = panel.x.labels, at = null;
    if (panel.x.kind === "label" && panel.filters && view !== "all") { // only what this choice has
      const used = new Set(seen.flatMap((t) => panel.xs[t.x]));
      const kept = labels.map((_, i) => i).filter((i) => used.has(i));
      at = new Map(kept.map((old, i) => [old, i]));
      labels = kept.map((i) => labels[i]);
    }
    if (panel.x.kind === "label") {
      const room = flip ? { most: 40, width: narrow ? 20 : 30 }
        : { most: panel.kind === "histogram" ? (narrow ? 7 : 12) : narrow ? 12 : 24, width: labels.length > 6 ? 14 : narrow && labels.length > 3 ? 12 : 22 };
      Object.assign(base, labelAxis(labels, room));
      if (flip) {
        base.range.reverse();
        if (at) layout.height = Math.max(180, 100 + (layout.height - 100) * labels.length / panel.x.labels.length);
      }
      base.showgrid = false;
    } else if (panel.x.kind === "time") {
      Object.assign(base, { type: "date", nticks: narrow ? 5 : 0, tickangle: 0 });
      const times = [...new Set(seen.flatMap((t) => panel.xs[t.x]))];
      if (times.length === 1) // an axis of its own would count fractions of a second around it
        Object.assign(base, { tickmode: "array", tickvals: times, ticktext: [times[0].replace("T", " ").replace(/\.0+$/, "")] });
    } else if (panel.kind !== "scatter" && panel.ticks) {
      Object.assign(base, { dtick: panel.ticks * (narrow ? 2 : 1) });
    }
    if (panel.kind !== "scatter" && panel.zero) value.rangemode = "tozero";
    value.ticksuffix = panel.unit === "%" ? " %" : "";
    value.nticks = narrow && flip ? 5 : 0;
    layout.hovermode = panel.kind === "line" && panel.x.kind !== "label" ? "x unified" : "closest";
    const traces = seen.map((t, i, all) => {
      const x = at ? panel.xs[t.x].map((old) => at.get(old)) : panel.xs[t.x], y = scale === 1 ? t.y : t.y.map((v) => (v === null ? null : v * scale));
      const c = t.colour < 0 ? ink : colour("--c" + (t.colour % 8));
      const where = panel.x.kind === "label" ? x.map((i) => literal(labels[i])) : null;
      const shown = ":,.4~r}" + unit;
      const named = all.length > 1 ? literal(cut(t.name, 40)) : "";
      const trace = { name: named || literal(cut(t.name, 40)), x: flip ? y : x, y: flip ? x : y, showlegend: all.length > 1 };
      if (where) trace.text = where;
      trace.textposition = "none";
      const place = where ? "%{text}" : flip ? "%{y}" : "%{x}";
      if (panel.kind === "scatter" && !t.fit) {
        Object.assign(trace, { type: "scatter", mode: "markers", marker: { color: c, size: narrow ? 5 : 6, opacity: 0.55 },
          hovertemplate: literal(panel.xTitle) + ": %{x:,.5~r}<br>" + literal(panel.yTitle) + ": %{y" + shown + "<extra>" + named + "</extra>" });
      } else if (panel.kind === "line" || t.fit) {
        Object.assign(trace, { type: "scatter", mode: panel.x.kind === "label" || (t.lone && !t.fit) ? "lines+markers" : "lines", marker: { size: t.y.length === 1 ? 8 : 4 },
          line: { color: c, width: t.fit ? 2.5 : 1.7, dash: t.fit ? "dash" : "solid" }, connectgaps: false,
          hovertemplate: (layout.hovermode === "x unified" ? "" : place + ": ") + "%{y" + shown + (all.length > 1 ? "" : "<extra></extra>") });
      } else {
        const mine = panel.x.labels.indexOf(view);
        const dim = panel.picks && mine >= 0;
        Object.assign(trace, { type: "bar", orientation: flip ? "h" : "v",
          marker: { color: c, opacity: dim ? x.map((i) => (i === mine ? 1 : 0.3)) : 1 },
          hovertemplate: place + ": %{" + (flip ? "x" : "y") + shown + "<extra>" + named + "</extra>" });
      }
      return trace;
    });
    if (traces.length > 1) {
      layout.showlegend = true;
      layout.legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: narrow ? 11 : 12 } };
    }
    layout.shapes = panel.marks.map((m) => ({ type: "rect", xref: "x", yref: "paper", x0: m.start, x1: m.end, y0: 0, y1: 1,
      fillcolor: faint(colour("--mark"), 0.14), line: { width: 1, color: faint(colour("--mark"), 0.45) }, layer: "below" }));
    layout.annotations = panel.marks.slice(0, narrow ? 1 : 4).map((m) => ({ xref: "x", yref: "paper", x: m.start, y: 1, showarrow: false,
      text: literal(cut(m.label, narrow ? 22 : 34)), xanchor: m.late ? "right" : "left", yanchor: "top", font: { size: 11, color: colour("--bad") },
      bgcolor: faint(colour("--panel"), 0.75) }));
    return { traces, layout };
  }

  function heat(panel, layout, narrow, scale, unit) {
    const grid = chosen(panel, panel.grids)[0];
    Object.assign(layout.xaxis, labelAxis(panel.x.labels, { most: narrow ? 8 : 14, width: 14 }), { showgrid: false });
    if (Math.max(...panel.x.labels.map((l) => l.length)) < 4) layout.xaxis.tickangle = 0;
    Object.assign(layout.yaxis, labelAxis(panel.y.labels, { most: 31, width: narrow ? 12 : 18 }), { showgrid: false });
    if (narrow) layout.yaxis.title.text = "";
    layout.yaxis.range.reverse();
    const text = panel.y.labels.map((r) => panel.x.labels.map((c) => literal(r) + ", " + literal(c)));
    const trace = { type: "heatmap", z: grid.z.map((row) => row.map((v) => (v === null ? null : v * scale))), text,
      colorscale: "Cividis", xgap: 1, ygap: 1, hoverongaps: false,
      hovertemplate: "%{text}: %{z:,.4~r}" + unit + "<extra></extra>",
      colorbar: { thickness: narrow ? 8 : 12, outlinewidth: 0, ticksuffix: panel.unit === "%" ? " %" : "", nticks: 6,
        title: { text: literal(panel.zTitle), side: "right", font: { size: 11, color: colour("--quiet") } } } };
    return { traces: [trace], layout };
  }

  const CONFIG = { responsive: true, displaylogo: false, displayModeBar: touch ? false : "hover",
    modeBarButtons: [["toImage"], ["zoom2d", "pan2d"], ["resetScale2d"]] };
  let wide = null;

  function draw(panel) {
    const section = document.getElementById(panel.name);
    const plot = section.querySelector(".plot");
    section.dataset.view = panel.filters || panel.split ? view : "all";
    const scope = section.querySelector(".scope");
    const list = panel.kind === "heatmap" ? panel.grids : panel.traces;
    const own = panel.filters ? list.some((t) => t.view === view) : panel.split && list.some((t) => t.series === view);
    if (!panel.title) panel.title = section.querySelector("h3").textContent;
    // a title states what is found over all: for one choice it says what is drawn
    const bare = (text) => text.replace(/ \([^)]*\)$/, "");
    const by = panel.x.kind === "time" || !panel.xTitle ? "" : " by " + bare(panel.xTitle);
    const drawn = (panel.kind === "heatmap" ? panel.zTitle : bare(panel.yTitle)) + by;
    section.querySelector("h3").textContent = view !== "all" && own ? view + ": " + drawn : panel.title;
    scope.textContent = view === "all" || own ? "" : panel.picks ? view + " stands out"
      : panel.filters ? "nothing of " + view + " here: shows all" : "not split by " + data.filter.title + ": shows all";
    if (panel.empty) return;
    const narrow = window.innerWidth < 560;
    try {
      const { traces, layout } = build(panel, narrow);
      plot.style.height = layout.height + "px";
      Plotly.react(plot, traces, layout, CONFIG).then(() => { section.dataset.drawn = "1"; }, fail);
    } catch (error) {
      fail(panel.name + ": " + error.message);
    }
  }

  function drawAll() {
    wide = window.innerWidth >= 560;
    data.panels.forEach(draw);
    document.body.dataset.view = view;
  }

  function filterRows() {
    for (const row of document.querySelectorAll("tr[data-key]")) {
      row.hidden = row.dataset.key !== view && (view !== "all" || row.closest("details").dataset.whole !== undefined);
    }
    const sets = [...document.querySelectorAll("ul.cards[data-view]")];
    const mine = sets.some((s) => s.dataset.view === view) ? view : "all";
    for (const set of sets) set.hidden = set.dataset.view !== mine;
  }

  function fromHash() {
    if (!data.filter) return;
    const wanted = new URLSearchParams(window.location.hash.slice(1)).get(data.filter.column);
    view = wanted !== null && data.filter.values.includes(wanted) ? wanted : "all";
    choice.value = view;
    filterRows();
    drawAll();
  }

  if (choice) {
    choice.addEventListener("change", () => {
      const hash = choice.value === "all" ? "" : new URLSearchParams([[data.filter.column, choice.value]]).toString();
      try {
        history.replaceState(null, "", "#" + hash);
      } catch (error) { // a frame without an address: keep the choice in the page alone
        view = choice.value;
        filterRows();
        drawAll();
        return;
      }
      fromHash();
    });
    window.addEventListener("hashchange", fromHash);
  }

  for (const button of document.querySelectorAll("th button")) {
    button.addEventListener("click", () => {
      const head = button.parentElement, body = head.closest("table").tBodies[0];
      const column = [...head.parentElement.children].indexOf(head);
      const up = head.getAttribute("aria-sort") === (head.classList.contains("n") ? "descending" : "ascending");
      const direction = head.classList.contains("n") ? (up ? 1 : -1) : up ? -1 : 1;
      for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      const numeric = head.classList.contains("n");
      const key = (row) => { const cell = row.children[column]; return cell.title || cell.textContent; };
      const rows = [...body.rows].map((row) => {
        const text = key(row);
        return { row, value: numeric ? parseFloat(text) : text };
      });
      rows.sort((a, b) => {
        if (numeric) {
          const gone = Number.isNaN(a.value) - Number.isNaN(b.value);
          return gone || direction * (a.value - b.value) || 0;
        }
        return direction * a.value.localeCompare(b.value, undefined, { numeric: true });
      });
      body.append(...rows.map((r) => r.row));
    });
  }

  dark.addEventListener("change", drawAll);
  print.addEventListener("change", drawAll);
  window.addEventListener("resize", () => { if (wide !== window.innerWidth >= 560) drawAll(); });
  if (typeof Plotly === "undefined") fail("the drawing library did not load");
  else if (data.filter) fromHash();
  else drawAll();
  document.body.dataset.ready = "1";
})();
