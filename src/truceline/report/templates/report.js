"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words, all = data.incidents, count = all.id.length;
  const tip = document.getElementById("tip"), detail = document.getElementById("detail");
  const index = new Map(all.id.map((id, i) => [id, i]));
  const dayNumber = new Map(data.days.map((day, i) => [day, i + 1]));
  const dayOf = all.day.at.map((k) => dayNumber.get(all.day.of[k]) || 0);
  let map = null;

  const text = (column, i) => all[column].of[all[column].at[i]];

  // Texts are set as text, never as HTML.
  function describe(target, i) {
    const title = document.createElement("strong"), list = document.createElement("dl");
    title.textContent = text("act", i) + (text("place", i) ? " – " + text("place", i) : "");
    const lines = [[all.id[i], all.local[i]], [words.exists, text("p_exists", i)], [words.probability, text("p_violation", i)],
      [words.error, text("error", i)], ["", text("verdict", i)], [words.settle, text("settle", i)]];
    for (const [name, value] of lines) {
      if (!value) continue;
      const term = document.createElement("dt"), said = document.createElement("dd");
      term.textContent = name;
      said.textContent = value;
      list.append(term, said);
    }
    target.replaceChildren(title, list);
    target.hidden = false;
  }
  function tipAt(i, x, y) {
    describe(tip, i);
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = (y + 14 + box.height > innerHeight ? Math.max(8, y - box.height - 10) : y + 14) + "px";
  }
  function select(i) {
    describe(detail, i);
    markChart(i);
    if (map) map.easeTo({ center: [all.lon[i], all.lat[i]], zoom: Math.max(map.getZoom(), 8) });
    if (map && map.getLayer("chosen")) map.setFilter("chosen", ["==", ["get", "i"], i]);
  }

  // The strip chart: the pointer finds the nearest mark.
  const chart = document.getElementById("stripchart"), chartMark = document.getElementById("chartmark");
  function chartXY(i) {
    const p = data.plot;
    return [p.left + (p.right - p.left) * all.km[i] / data.km,
      p.top + (p.bottom - p.top) * (all.t[i] - data.span[0]) / (data.span[1] - data.span[0])];
  }
  function markChart(i) {
    if (!chart) return;
    const [x, y] = chartXY(i);
    chartMark.style.left = 100 * x + "%";
    chartMark.style.top = 100 * y + "%";
    chartMark.hidden = false;
  }
  function nearest(event) {
    const box = chart.getBoundingClientRect();
    let best = -1, least = 14 * 14;
    for (let i = 0; i < count; i++) {
      const [x, y] = chartXY(i);
      const dx = box.left + x * box.width - event.clientX, dy = box.top + y * box.height - event.clientY;
      const d = dx * dx + dy * dy;
      if (d <= least) { least = d; best = i; }
    }
    return best;
  }
  if (chart) {
    chart.addEventListener("pointermove", (event) => {
      const i = nearest(event);
      chart.style.cursor = i < 0 ? "" : "pointer";
      if (i < 0) tip.hidden = true; else tipAt(i, event.clientX, event.clientY);
    });
    chart.addEventListener("pointerleave", () => { tip.hidden = true; });
    chart.addEventListener("click", (event) => {
      const i = nearest(event);
      if (i >= 0) { select(i); return; }
      const box = chart.getBoundingClientRect(), p = data.plot;
      const share = ((event.clientY - box.top) / box.height - p.top) / (p.bottom - p.top);
      if (share >= 0 && share < 1) showDay(dayAt(data.span[0] + share * (data.span[1] - data.span[0])));
    });
  }
  function dayAt(seconds) {
    return data.dayStarts.filter((start) => start <= seconds).length;
  }
  for (const link of document.querySelectorAll("a.to-incident")) {
    link.addEventListener("click", () => { if (index.has(link.dataset.incident)) select(index.get(link.dataset.incident)); });
  }

  // The day slider.
  const slider = document.getElementById("day"), dayName = document.getElementById("dayname");
  const shown = document.getElementById("shown"), play = document.getElementById("play");
  let timer = 0;
  function showDay(n) {
    slider.value = n;
    const day = n ? data.days[n - 1] : "";
    dayName.textContent = day || words.all_days;
    shown.textContent = (n ? dayOf.filter((d) => d === n).length : count) + " " + words.shown;
    if (map && map.getLayer("incidents")) {
      for (const layer of ["incidents", "rings"]) map.setFilter(layer, n ? ["==", ["get", "day"], n] : null);
    }
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = words.play;
    play.setAttribute("aria-pressed", "false");
  }
  slider.addEventListener("input", () => { stop(); showDay(Number(slider.value)); });
  play.addEventListener("click", () => {
    if (timer) { stop(); return; }
    play.textContent = words.pause;
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => showDay(Number(slider.value) % data.days.length + 1), 900);
  });
  showDay(0);

  // The map. All of it comes from this file.
  const feature = (type, coordinates, properties) => ({ type: "Feature", geometry: { type, coordinates }, properties: properties || {} });
  const source = (features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });
  const ramp = ["interpolate", ["linear"], ["get", "p"], ...data.colours.flatMap((c, k) => [k / 10, c])];
  const colour = ["case", ["==", ["get", "rejected"], 1], "#7d8892", ramp];
  const points = all.id.map((_, i) => feature("Point", [all.lon[i], all.lat[i]], {
    i, p: all.p[i], r: all.radius[i], ring: all.ring[i], applies: all.applies[i] && !all.rejected[i] ? 1 : 0, rejected: all.rejected[i], day: dayOf[i] }));
  const ringRadius = ["interpolate", ["exponential", 2], ["zoom"], 0, ["get", "ring"], 22, ["*", ["get", "ring"], 4194304]];
  const style = {
    version: 8,
    sources: {
      land: source([feature("MultiPolygon", data.land)]),
      bands: source(data.lines.map((l) => feature("MultiPolygon", l.band))),
      lines: source(data.lines.map((l) => feature("LineString", l.path))),
      strokes: source(data.sectors.map((s) => feature("LineString", s.stroke))),
      points: source(points),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#cfe0ea" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f3f1ea", "fill-outline-color": "#8fa3b0" } },
      { id: "bands", type: "fill", source: "bands", paint: { "fill-color": "#4a6b86", "fill-opacity": 0.16 } },
      { id: "lines", type: "line", source: "lines", paint: { "line-color": "#2d4a63", "line-width": 2 } },
      { id: "strokes", type: "line", source: "strokes", paint: { "line-color": "#2d4a63", "line-width": 1.2, "line-dasharray": [2, 2] } },
      { id: "rings", type: "circle", source: "points", paint: { "circle-radius": ringRadius, "circle-color": colour,
        "circle-opacity": 0.07, "circle-stroke-color": colour, "circle-stroke-width": 0.8, "circle-stroke-opacity": 0.55 } },
      { id: "incidents", type: "circle", source: "points", paint: { "circle-radius": ["get", "r"],
        "circle-color": ["case", ["==", ["get", "applies"], 1], colour, "#ffffff"],
        "circle-opacity": ["case", ["==", ["get", "applies"], 1], 1, 0.5],
        "circle-stroke-color": ["case", ["==", ["get", "applies"], 1], "#ffffff", colour],
        "circle-stroke-width": ["case", ["==", ["get", "applies"], 1], 0.7, 1.4] } },
      { id: "chosen", type: "circle", source: "points", filter: ["==", ["get", "i"], -1],
        paint: { "circle-radius": 14, "circle-opacity": 0, "circle-stroke-color": "#0b5a8a", "circle-stroke-width": 3 } },
    ],
  };
  function label(kind, name, at, anchor) {
    const element = document.createElement("div"), text = document.createElement("span");
    element.className = kind;
    text.textContent = name;
    element.append(text);
    element.setAttribute("aria-hidden", "true");
    new maplibregl.Marker({ element, anchor }).setLngLat(at).addTo(map);
    return { element, at, anchor };
  }
  let labels = [];
  // Labels come largest first; one that would cover another is left out until there is room.
  function thin() {
    const taken = [];
    for (const l of labels) {
      const p = map.project(l.at), w = l.width + 6, h = 15;
      const left = l.anchor === "left" ? p.x : p.x - w / 2;
      const box = [left, p.y - h / 2, left + w, p.y + h / 2];
      const free = taken.every((t) => box[2] < t[0] || box[0] > t[2] || box[3] < t[1] || box[1] > t[3]);
      l.element.style.visibility = free ? "" : "hidden";
      if (free) taken.push(box);
    }
  }
  const canvas = document.getElementById("mapcanvas");
  try {
    map = new maplibregl.Map({ container: canvas, style, bounds: [[data.box[0], data.box[1]], [data.box[2], data.box[3]]],
      attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 13, cooperativeGestures: false,
      canvasContextAttributes: { preserveDrawingBuffer: true }, renderWorldCopies: false });
  } catch (error) {
    canvas.textContent = words.no_webgl;
    canvas.removeAttribute("role");
    return;
  }
  window.trucelineMap = map;
  map.scrollZoom.disable();
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl(), "bottom-left");
  canvas.addEventListener("click", () => map.scrollZoom.enable());
  canvas.addEventListener("pointerleave", () => { map.scrollZoom.disable(); tip.hidden = true; });
  map.on("load", () => {
    const places = data.places.map((p) => label("place", p.name, p.at, "left"));
    const sectors = data.sectors.length > 1 ? data.sectors.map((s) => label("sectorname", s.name, s.at, "center")) : [];
    labels = places.slice(0, 5).concat(sectors, places.slice(5));
    for (const l of labels) l.width = l.element.getBoundingClientRect().width;
    thin();
    map.on("move", thin);
    map.on("resize", thin);
    showDay(Number(slider.value));
    canvas.dataset.ready = "yes";
  });
  map.on("mousemove", "incidents", (event) => {
    map.getCanvas().style.cursor = "pointer";
    tipAt(event.features[event.features.length - 1].properties.i, event.originalEvent.clientX, event.originalEvent.clientY);
  });
  map.on("mouseleave", "incidents", () => { map.getCanvas().style.cursor = ""; tip.hidden = true; });
  map.on("click", "incidents", (event) => select(event.features[event.features.length - 1].properties.i));
})();
