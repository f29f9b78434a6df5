// Draws the charts of the page: in the theme and the width of the moment, and anew when these change.
(() => {
  "use strict";
  const { themes, charts } = JSON.parse(document.getElementById("data").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let printing = false;
  let folded = [];

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.append(tip);

  // The values of a mark as text, never as HTML.
  function show(handler, event, item, value) {
    if (!value || typeof value !== "object") {
      tip.hidden = true;
      return;
    }
    tip.replaceChildren(
      ...Object.entries(value).map(([key, text]) => {
        const line = document.createElement("div");
        const name = document.createElement("span");
        name.textContent = key;
        line.append(name, ` ${text}`);
        return line;
      }),
    );
    tip.hidden = false;
    const { clientWidth: width } = document.documentElement;
    const left = Math.min(event.pageX + 14, width - tip.offsetWidth - 8);
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${event.pageY + 16}px`;
  }

  const isNarrow = () => window.innerWidth < 600 && !printing;

  function configured(room, longest) {
    const theme = structuredClone(themes[dark.matches && !printing ? "dark" : "light"]);
    if (isNarrow()) {
      theme.axis.labelFontSize = 11;
      theme.axis.labelLimit = 140;
      theme.axisXBand = { labelAngle: -45, labelLimit: 118 };
      theme.padding = { left: 2, top: 4, right: 32, bottom: 4 };
      theme.legend.gradientLength = 130;
      theme.legend.titleLimit = 190;
      theme.style.name.fontSize = theme.style.halo.fontSize = 11;
      theme.style.cell_weak.fontSize = theme.style.cell_strong.fontSize = 10;
    }
    // Names that are longer than their columns are wide stand at an angle.
    if (!isNarrow() && room < Math.min(7 * longest, 150)) {
      theme.axisXBand = { labelAngle: -35, labelLimit: 210 };
      theme.padding = { left: 4, top: 4, right: 120, bottom: 4 };
    }
    return theme;
  }

  // How wide a column of a heat map is; endless where there are none.
  function columnWidth(specification, width) {
    const columns = specification.usermeta?.columns;
    return columns ? (width - (isNarrow() ? 170 : 220)) / columns : Infinity;
  }

  // A long name ends before the numbers at the end of its line.
  function clipped(specification, width) {
    for (const { mark, encoding } of specification.layer) {
      if (mark.align === "left" && encoding.text?.field === "segment") {
        mark.limit = width - (isNarrow() ? 150 : 120);
      }
    }
  }

  // A narrow cell of a heat map holds the number alone, and a very narrow one nothing.
  function fitted(specification, room) {
    const cells = specification.layer.filter((layer) => String(layer.mark.style ?? "").startsWith("cell_"));
    for (const layer of room < 80 ? cells : []) {
      if (layer.encoding.text.field === "mean") layer.encoding.text.field = "short";
    }
    if (cells.length && room < 32) {
      specification.layer = specification.layer.filter((layer) => !cells.includes(layer));
    }
    return specification;
  }

  function draw(figure, width) {
    const chart = structuredClone(charts[figure.dataset.chart]);
    const room = columnWidth(chart, width);
    const specification = fitted(chart, room);
    clipped(specification, width);
    specification.width = width;
    specification.autosize = { type: "fit-x", contains: "padding" };
    figure.view?.finalize();
    figure.dataset.drawn = `${width}`;
    window
      .vegaEmbed(figure, specification, {
        actions: false,
        config: configured(room, chart.usermeta?.longest),
        defaultStyle: false,
        logLevel: 1,
        renderer: "svg",
        tooltip: show,
      })
      .then((drawn) => {
        figure.view = drawn;
        figure.dataset.done = "";
      });
  }

  // What is folded away has no width and is drawn when it is opened.
  function drawAll(again) {
    for (const figure of document.querySelectorAll("[data-chart]")) {
      const width = figure.clientWidth;
      if (width > 0 && (again || figure.dataset.drawn !== `${width}`)) draw(figure, width);
    }
  }

  function unfold(open) {
    for (const details of document.querySelectorAll("details")) details.open = open;
  }

  let waiting;
  drawAll(false);
  document.addEventListener("toggle", () => drawAll(false), true);
  dark.addEventListener("change", () => drawAll(true));
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawAll(false), 120);
  });
  window.addEventListener("beforeprint", () => {
    printing = true;
    folded = document.querySelectorAll("details:not([open])");
    unfold(true);
    drawAll(true);
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    for (const details of folded) details.open = false;
    drawAll(true);
  });
  const button = document.getElementById("unfold");
  button?.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    unfold(open);
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? "Fold the evidence" : "Unfold all evidence";
  });
})();
