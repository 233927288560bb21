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
  // The smallest zones under the pointer are told in full, the wider ones by name.
  function tipOfZones(zones, x, y) {
    const order = zones.sort((a, b) => a.size - b.size), told = [];
    order.forEach((zone, k) => {
      const title = document.createElement("strong");
      title.textContent = zone.name;
      const lines = (k < 2 ? zone.said : []).map((said) => {
        const line = document.createElement("div");
        line.textContent = said;
        return line;
      });
      const block = document.createElement("div");
      block.className = "zonetip";
      block.append(title, ...lines);
      told.push(block);
    });
    tip.replaceChildren(...told);
    tip.hidden = false;
    tipPlace(x, y);
  }
  function tipAt(i, x, y) {
    describe(tip, i);
    tipPlace(x, y);
  }
  function tipPlace(x, y) {
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
  const slider = document.getElementById("day"), zoneChoice = document.getElementById("zone"), dayName = document.getElementById("dayname");
  const shown = document.getElementById("shown"), play = document.getElementById("play");
  let timer = 0, labels = [];
  function showDay(n) {
    slider.value = n;
    const day = n ? data.days[n - 1] : "";
    dayName.textContent = day || words.all_days;
    shown.textContent = (n ? dayOf.filter((d) => d === n).length : count) + " " + words.shown;
    if (map && map.getLayer("incidents")) {
      const held = n ? [["<=", ["get", "first"], n], [">=", ["get", "last"], n]] : [];
      for (const layer of ["incidents", "rings"]) map.setFilter(layer, n ? ["==", ["get", "day"], n] : null);
      for (const layer of ["bands", "lines"]) map.setFilter(layer, ["all", ...held]);
      const chosen = zoneChoice && zoneChoice.value !== "*" ? [["==", ["get", "id"], zoneChoice.value]] : [];
      for (const layer of ["zones", "zoneedges"]) map.setFilter(layer, ["all", ...held, ...chosen]);
      thin();
    }
  }
  const zoneShown = (zone) => {
    const n = Number(slider.value);
    return (!n || zone.days[0] <= n && n <= zone.days[1]) && (!zoneChoice || zoneChoice.value === "*" || zoneChoice.value === zone.id);
  };
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = words.play;
    play.setAttribute("aria-pressed", "false");
  }
  if (zoneChoice) zoneChoice.addEventListener("change", () => showDay(Number(slider.value)));
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
  const days = (thing) => ({ first: thing.days[0], last: thing.days[1] });
  const ringRadius = ["interpolate", ["exponential", 2], ["zoom"], 0, ["get", "ring"], 22, ["*", ["get", "ring"], 4194304]];
  const style = {
    version: 8,
    sources: {
      land: source([feature("MultiPolygon", data.land)]),
      zones: source(data.zones.map((z, k) => feature("MultiPolygon", z.area, { k, id: z.id, ...days(z) }))),
      bands: source(data.lines.map((l) => feature("MultiPolygon", l.band, days(l)))),
      lines: source(data.lines.map((l) => feature("LineString", l.path, days(l)))),
      strokes: source(data.sectors.map((s) => feature("LineString", s.stroke))),
      points: source(points),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#cfe0ea" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f3f1ea", "fill-outline-color": "#8fa3b0" } },
      { id: "zones", type: "fill", source: "zones", paint: { "fill-color": "#8a5a00", "fill-opacity": 0.05 } },
      { id: "zoneedges", type: "line", source: "zones", paint: { "line-color": "#8a5a00", "line-width": 1.2, "line-opacity": 0.75, "line-dasharray": [4, 2] } },
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
  // Labels come largest first; one that would cover another is left out until there is room.
  function thin() {
    const taken = [];
    for (const l of labels) {
      if (l.zone && !zoneShown(l.zone)) { l.element.style.visibility = "hidden"; continue; }
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
    const named = data.zones.map((z) => ({ ...label("zonename", z.label, z.at, "center"), zone: z }));
    labels = places.slice(0, 5).concat(sectors, named, places.slice(5));
    for (const l of labels) l.width = l.element.getBoundingClientRect().width;
    thin();
    map.on("move", thin);
    map.on("resize", thin);
    showDay(Number(slider.value));
    canvas.dataset.ready = "yes";
  });
  map.on("mousemove", (event) => {
    if (!map.getLayer("incidents")) return;
    const found = map.queryRenderedFeatures(event.point, { layers: ["incidents"] });
    map.getCanvas().style.cursor = found.length ? "pointer" : "";
    const { clientX, clientY } = event.originalEvent;
    if (found.length) { tipAt(found[0].properties.i, clientX, clientY); return; }
    const under = new Set(map.queryRenderedFeatures(event.point, { layers: ["zones"] }).map((f) => f.properties.k));
    if (under.size) tipOfZones([...under].map((k) => data.zones[k]), clientX, clientY); else tip.hidden = true;
  });
  map.on("click", "incidents", (event) => select(event.features[event.features.length - 1].properties.i));
})();
