// The incidents over the map: a picture of their own that follows every move of it.
import { shade, stampAll, undim } from "/static/dots.js";
import { state } from "/static/state.js";

const RINGS = 3000; // circles of one sigma drawn at most: more of them would say nothing
const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
let map = null, x = new Float64Array(0), y = new Float64Array(0), laid = null, stale = true, before = "";

export const mercator = (lon, lat) => {
  const sine = Math.sin(lat * Math.PI / 180);
  return [0.5 + lon / 360, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)]; // of the whole world, from its north-west
};
export function over(owner) {
  map = owner;
  canvas.className = "over";
  canvas.setAttribute("aria-hidden", "true");
  map.getCanvas().after(canvas); // names of places lie above it
  map.on("render", follow);
  refresh();
}
// What is shown, or the incidents themselves, have changed.
export function refresh() {
  stale = true;
  if (map) map.triggerRepaint();
}
function lay() {
  const all = laid = state.data.incidents;
  x = new Float64Array(all.n); y = new Float64Array(all.n);
  for (let i = 0; i < all.n; i++) [x[i], y[i]] = mercator(all.lon[i], all.lat[i]);
}
function follow() {
  if (laid !== state.data.incidents) { lay(); stale = true; }
  const zoom = map.getZoom(), middle = map.getCenter(), { width: fullW, height: fullH } = map.getCanvas();
  const here = [zoom, middle.lng, middle.lat, fullW, fullH].join();
  if (!stale && here === before) return;
  stale = false; before = here;
  const scale = window.devicePixelRatio || 1, size = 512 * 2 ** zoom * scale, [mx, my] = mercator(middle.lng, middle.lat), left = fullW / 2 - mx * size, top = fullH / 2 - my * size;
  if (canvas.width !== fullW || canvas.height !== fullH) {
    canvas.width = fullW; canvas.height = fullH;
    canvas.style.width = fullW / scale + "px"; canvas.style.height = fullH / scale + "px";
  }
  const image = context.createImageData(fullW, fullH);
  map.dotsInside = stampAll(image, scale, 1, (i, at) => { at[0] = x[i] * size + left; at[1] = y[i] * size + top; });
  undim(image);
  context.putImageData(image, 0, 0);
  rings(2 ** zoom * scale, (i) => [x[i] * size + left, y[i] * size + top]);
}
// One sigma of the location error round each, where it is larger than the mark itself.
function rings(grown, place) {
  const all = state.data.incidents, drawn = [];
  for (let i = 0; i < all.n && drawn.length <= RINGS; i++) {
    const wide = all.ring[i] * grown;
    if (!state.mask[i] || !(wide > all.radius[i] + 1)) continue;
    const [px, py] = place(i);
    if (px + wide > 0 && py + wide > 0 && px - wide < canvas.width && py - wide < canvas.height) drawn.push([i, px, py, wide]);
  }
  if (drawn.length > RINGS) return;
  context.globalCompositeOperation = "destination-over"; // beneath the marks
  for (const [i, px, py, wide] of drawn) {
    const colour = all.rejected[i] ? "125,136,146" : shade(all.p[i]).map(Math.round).join();
    context.beginPath(); context.arc(px, py, wide, 0, 7);
    context.fillStyle = `rgba(${colour},.07)`; context.strokeStyle = `rgba(${colour},.5)`; context.lineWidth = 0.8;
    context.stroke(); context.fill();
  }
  context.globalCompositeOperation = "source-over";
}
// The incident drawn at a place of the map, or -1: the nearest whose circle holds it.
export function hit(lngLat) {
  const all = state.data.incidents, size = 512 * 2 ** map.getZoom(), [px, py] = mercator(lngLat.lng, lngLat.lat);
  let best = -1, least = Infinity;
  for (let i = 0; i < x.length; i++) {
    if (!state.mask[i]) continue;
    const d = Math.hypot(x[i] - px, y[i] - py) * size;
    if (d < least && d <= Math.max(2.5, all.radius[i]) + 2) { least = d; best = i; }
  }
  return best;
}
