// The map. Land, lines and incidents come from the server; nothing is asked of anybody else.
import { on, state, tell, word } from "/static/state.js";
import { hit, over, refresh } from "/static/over.js";

let map = null, ready = false, labels = [];
const feature = (type, coordinates, properties) => ({ type: "Feature", geometry: { type, coordinates }, properties: properties || {} });
const collection = (features) => ({ type: "FeatureCollection", features });
const source = (features) => ({ type: "geojson", data: collection(features) });

function style() {
  const d = state.data;
  return {
    version: 8,
    sources: {
      land: source([feature("MultiPolygon", d.land)]), bands: source(d.lines.map((l) => feature("MultiPolygon", l.band))),
      lines: source(d.lines.map((l) => feature("LineString", l.path))), lit: source([]),
      strokes: source(d.sectors.filter((s) => s.stroke.length > 1).map((s) => feature("LineString", s.stroke))), chosen: source([]),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#cfe0ea" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f3f1ea", "fill-outline-color": "#8fa3b0" } },
      { id: "bands", type: "fill", source: "bands", paint: { "fill-color": "#4a6b86", "fill-opacity": 0.16 } },
      { id: "lines", type: "line", source: "lines", paint: { "line-color": "#2d4a63", "line-width": 2 } },
      { id: "lit", type: "line", source: "lit", layout: { "line-cap": "round" }, paint: { "line-color": "#0b7ac0", "line-width": 9, "line-opacity": 0.65 } },
      { id: "strokes", type: "line", source: "strokes", paint: { "line-color": "#2d4a63", "line-width": 1.2, "line-dasharray": [2, 2] } },
      { id: "chosen", type: "circle", source: "chosen", paint: { "circle-radius": 14, "circle-opacity": 0, "circle-stroke-color": "#0b5a8a", "circle-stroke-width": 3 } },
    ],
  };
}
// The stretch of the line round a chainage, from the line's own corners.
export function stretch(km, half) {
  const s = state.data.strip, from = Math.max(0, km - half), to = Math.min(state.data.km, km + half);
  const at = (d) => {
    let k = s.km.findIndex((one) => one >= d);
    if (k < 1) k = k < 0 ? s.km.length - 1 : 1;
    const share = (d - s.km[k - 1]) / (s.km[k] - s.km[k - 1] || 1);
    return [s.lon[k - 1] + share * (s.lon[k] - s.lon[k - 1]), s.lat[k - 1] + share * (s.lat[k] - s.lat[k - 1])];
  };
  return [at(from), ...s.km.flatMap((d, k) => d > from && d < to ? [[s.lon[k], s.lat[k]]] : []), at(to)];
}
// The chainage of the point of the line nearest to a place, if it is near on the screen.
function kmNear(lngLat) {
  const s = state.data.strip, squeeze = Math.cos(lngLat.lat * Math.PI / 180);
  let best = null, least = Infinity;
  for (let k = 1; k < s.km.length; k++) {
    const ax = s.lon[k - 1] * squeeze, ay = s.lat[k - 1], dx = s.lon[k] * squeeze - ax, dy = s.lat[k] - ay;
    const t = Math.max(0, Math.min(1, ((lngLat.lng * squeeze - ax) * dx + (lngLat.lat - ay) * dy) / (dx * dx + dy * dy || 1)));
    const d = (ax + t * dx - lngLat.lng * squeeze) ** 2 + (ay + t * dy - lngLat.lat) ** 2;
    if (d < least) { least = d; best = [s.km[k - 1] + t * (s.km[k] - s.km[k - 1]), (ax + t * dx) / squeeze, ay + t * dy]; }
  }
  const p = map.project([best[1], best[2]]), q = map.project(lngLat);
  return Math.hypot(p.x - q.x, p.y - q.y) < 40 ? best[0] : NaN;
}
const measured = document.createElement("canvas").getContext("2d");
function label(kind, name, at, anchor) {
  const element = document.createElement("div"), text = document.createElement("span");
  element.className = kind; text.textContent = name;
  element.append(text); element.setAttribute("aria-hidden", "true");
  new maplibregl.Marker({ element, anchor }).setLngLat(at).addTo(map);
  // as wide as the style sheet makes it: asking the browser would lay out the page anew for each
  measured.font = `${kind === "place" ? 12 : "600 11"}px system-ui, "DejaVu Sans", sans-serif`;
  const wide = kind === "place" ? measured.measureText(name).width + 13 : measured.measureText(name.toUpperCase()).width + 6 + 0.7 * name.length;
  return { element, at, anchor, width: wide };
}
function thin() {
  const taken = [];
  for (const l of labels) {
    const p = map.project(l.at), w = l.width + 6, left = l.anchor === "left" ? p.x : p.x - w / 2;
    const here = [left, p.y - 8, left + w, p.y + 8];
    const free = taken.every((t) => here[2] < t[0] || here[0] > t[2] || here[3] < t[1] || here[1] > t[3]);
    l.element.style.visibility = free ? "" : "hidden";
    if (free) taken.push(here);
  }
}
// MapLibre's own words, in the language that is chosen.
const OWN = { "NavigationControl.ZoomIn": "room.zoom_in", "NavigationControl.ZoomOut": "room.zoom_out", "Map.Title": "room.map" };
on("spoken", () => {
  if (!map) return;
  for (const [selector, key] of [[".maplibregl-ctrl-zoom-in", "room.zoom_in"], [".maplibregl-ctrl-zoom-out", "room.zoom_out"], ["canvas.maplibregl-canvas", "room.map"]]) {
    const element = document.querySelector("#map " + selector);
    element.setAttribute("aria-label", word(key));
    if (element.title) element.title = word(key);
  }
});
const library = document.querySelector("script[src$='maplibre-gl.js']");
export function draw() {
  if (!window.maplibregl) { library.addEventListener("load", draw, { once: true }); return; }
  const place = document.getElementById("map"), d = state.data;
  if (map) { if (ready) refresh(); return; }
  try {
    map = new maplibregl.Map({ container: place, style: style(), bounds: [[d.box[0], d.box[1]], [d.box[2], d.box[3]]], attributionControl: false, locale: Object.fromEntries(Object.entries(OWN).map(([own, key]) => [own, word(key)])),
      fitBoundsOptions: { padding: { top: 12, bottom: 12, left: 12, right: Math.min(90, place.clientWidth / 6) } },
      dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 13, renderWorldCopies: false });
  } catch (error) {
    place.textContent = word("map.no_webgl");
    place.removeAttribute("role");
    return;
  }
  window.trucelineMap = map;
  map.scrollZoom.disable();
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl(), "bottom-left");
  place.addEventListener("click", () => map.scrollZoom.enable());
  map.on("load", () => {
    const places = d.places.map((p) => label("place", p.name, p.at, "left"));
    const sectors = d.sectors.length > 1 ? d.sectors.map((s) => label("sectorname", s.name, s.at, "center")) : [];
    labels = places.slice(0, 5).concat(sectors, places.slice(5));
    thin();
    map.on("move", thin);
    map.on("resize", thin);
    over(map);
    ready = true;
    map.once("render", () => { performance.mark("map"); place.dataset.ready = "yes"; });
  });
  map.on("mousemove", (event) => {
    const i = ready ? hit(event.lngLat) : -1;
    map.getCanvas().style.cursor = i >= 0 ? "pointer" : "";
    tell("point", i >= 0 && state.data.incidents.km[i] >= 0 ? state.data.incidents.km[i] : kmNear(event.lngLat), "map", i);
  });
  map.on("mouseout", () => tell("point", NaN, "map", -1));
  map.on("click", (event) => { const i = ready ? hit(event.lngLat) : -1; if (i >= 0) tell("choose", i); });
}
on("point", (km) => {
  if (!map || !ready) return;
  map.getSource("lit").setData(collection(!(km >= 0) ? [] : [feature("LineString", stretch(km, state.data.km / 150))]));
});
on("chosen", (i, move) => {
  if (!map || !ready) return;
  const all = state.data.incidents;
  map.getSource("chosen").setData(collection(i < 0 ? [] : [feature("Point", [all.lon[i], all.lat[i]])]));
  if (i >= 0 && move) map.easeTo({ center: [all.lon[i], all.lat[i]], zoom: Math.max(map.getZoom(), 8) });
});
