// The strip chart: km along the line against time, drawn on a canvas; hatched where nobody was looking.
import { stampAll } from "/static/dots.js";
import { coded, local, on, state, tell, word, term } from "/static/state.js";

const box = document.getElementById("stripbox"), canvas = document.getElementById("strip");
const LEFT = 78, RIGHT = 10, TOP = 30, BOTTOM = 34;
let ground = null, dots = null, size = [0, 0], lit = NaN, byTime = null;

const X = (km) => LEFT + (size[0] - LEFT - RIGHT) * km / state.data.km;
const Y = (t) => TOP + (size[1] - TOP - BOTTOM) * (t - state.data.span[0]) / (state.data.span[1] - state.data.span[0]);
const kmAt = (x) => state.data.km * (x - LEFT) / (size[0] - LEFT - RIGHT);
const timeAt = (y) => state.data.span[0] + (state.data.span[1] - state.data.span[0]) * (y - TOP) / (size[1] - TOP - BOTTOM);

function hatch(context, dense) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = dense ? 6 : 12;
  const draw = tile.getContext("2d");
  draw.fillStyle = dense ? "#e2e6ea" : "#f3f5f7";
  draw.fillRect(0, 0, 12, 12);
  draw.strokeStyle = dense ? "#9ca5ae" : "#b0b8c2";
  draw.lineWidth = 0.8;
  draw.beginPath();
  for (const shift of [-tile.width, 0, tile.width]) { draw.moveTo(shift, tile.width); draw.lineTo(shift + tile.width, 0); }
  draw.stroke();
  return context.createPattern(tile, "repeat");
}
function paintGround() {
  ground = document.createElement("canvas");
  ground.width = canvas.width; ground.height = canvas.height;
  const c = ground.getContext("2d", { willReadFrequently: true }), d = state.data, scale = canvas.width / size[0];
  c.scale(scale, scale);
  c.fillStyle = "#fff";
  c.fillRect(0, 0, ...size);
  const fills = ["#ffffff", hatch(c, false), hatch(c, true)];
  d.grid.level.forEach((row, s) => {
    const top = Y(Math.max(d.span[0], d.grid.time_s[s])), height = Y(Math.min(d.span[1], d.grid.time_s[s + 1])) - top;
    for (let k = 0, start = 0; k < row.length; k++) {
      if (row[k] === row[k + 1]) continue;
      c.fillStyle = fills[row[k]];
      const left = X(d.grid.cell_km[start]);
      c.fillRect(left, top, X(Math.min(d.km, d.grid.cell_km[k + 1])) - left, height + 0.5);
      start = k + 1;
    }
  });
  c.strokeStyle = c.fillStyle = "#1c2733";
  c.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  c.lineWidth = 0.5;
  const every = Math.max(1, Math.ceil(d.days.length * 15 / (size[1] - TOP - BOTTOM)));
  d.days.forEach((day, k) => {
    const y = Y(Math.max(d.span[0], d.dayStarts[k]));
    c.beginPath(); c.moveTo(LEFT, y); c.lineTo(size[0] - RIGHT, y); c.stroke();
    if (k % every === 0) c.fillText(day, 4, (y + Y(d.dayStarts[k + 1] || d.span[1])) / 2 + 4);
  });
  const step = [10, 20, 50, 100, 200, 500].find((one) => (size[0] - LEFT) / (d.km / one) > 50) || 500;
  for (let km = 0; km <= d.km; km += step) c.fillText(km, X(km) - 8, size[1] - 18);
  c.fillText(word("chart.km"), LEFT, size[1] - 4);
  c.save();
  let end = 0;
  for (const [, called, from, to] of d.sector_km) {
    c.setLineDash([2, 3]);
    c.beginPath(); c.moveTo(X(from), TOP - 8); c.lineTo(X(from), size[1] - BOTTOM); c.stroke();
    const text = called.length > 18 ? called.slice(0, 17) + "…" : called, at = (X(from) + X(to)) / 2, wide = c.measureText(text).width;
    if (at - wide / 2 > end) { c.fillText(text, at - wide / 2, 18); end = at + wide / 2 + 6; }
  }
  c.restore();
  if (!(d.in_force.length === 1 && d.in_force[0][0] <= d.span[0] && d.in_force[0][1] >= d.span[1])) {
    c.strokeStyle = "#00796b"; c.lineWidth = 2; c.setLineDash([6, 3]);
    for (const [start, stop] of d.in_force) c.strokeRect(LEFT, Y(start), size[0] - LEFT - RIGHT, Y(stop) - Y(start));
  }
}
function paintDots() {
  const all = state.data.incidents, scale = ground.width / size[0], d = state.data;
  const across = (size[0] - LEFT - RIGHT) / d.km, down = (size[1] - TOP - BOTTOM) / (d.span[1] - d.span[0]);
  const image = ground.getContext("2d").getImageData(0, 0, ground.width, ground.height);
  stampAll(image, scale, 0.8, (i, at) => { at[0] = (LEFT + all.km[i] * across) * scale; at[1] = (TOP + (all.t[i] - d.span[0]) * down) * scale; });
  dots = document.createElement("canvas");
  dots.width = ground.width; dots.height = ground.height;
  dots.getContext("2d").putImageData(image, 0, 0);
}
// Paint anew: the incidents only where what is shown of them has changed.
export function paint(changed) {
  if (!state.data || !ground) return;
  if (changed || !dots) paintDots();
  const c = canvas.getContext("2d"), all = state.data.incidents;
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.drawImage(dots, 0, 0);
  c.scale(canvas.width / size[0], canvas.width / size[0]);
  if (lit >= 0) {
    c.fillStyle = "#0b5a8a40";
    c.fillRect(X(Math.max(0, lit - state.data.km / 150)), TOP, Math.max(4, X(state.data.km / 75) - X(0)), size[1] - TOP - BOTTOM);
  }
  if (state.chosen >= 0 && all.km[state.chosen] >= 0) {
    c.strokeStyle = "#0b5a8a"; c.lineWidth = 3;
    c.beginPath(); c.arc(X(all.km[state.chosen]), Y(all.t[state.chosen]), 12, 0, 7); c.stroke();
  }
  if (state.day) {
    c.fillStyle = "#ffffffa0";
    const top = Y(state.data.dayStarts[state.day - 1]), bottom = Y(state.data.dayStarts[state.day] || state.data.span[1]);
    c.fillRect(LEFT, TOP, size[0] - LEFT - RIGHT, top - TOP);
    c.fillRect(LEFT, bottom, size[0] - LEFT - RIGHT, size[1] - BOTTOM - bottom);
  }
}
export function layOut() {
  if (!state.data) return;
  const wide = Math.max(600, box.parentElement.clientWidth), beside = document.getElementById("map").getBoundingClientRect();
  const own = Math.min(620, Math.max(300, 90 + 26 * state.data.days.length));
  // as high as the map where the two stand side by side
  const high = beside.left > box.getBoundingClientRect().right - 40 ? Math.max(own, beside.height) : own;
  size = [wide, high];
  const scale = window.devicePixelRatio || 1;
  canvas.width = wide * scale; canvas.height = high * scale;
  canvas.style.width = wide + "px"; canvas.style.height = high + "px";
  box.setAttribute("aria-label", state.data.alt || word("room.chart"));
  paintGround();
  paint(true);
  byTime = null;
  legend();
}
function swatch(wide, draw) {
  const one = document.createElement("canvas");
  one.width = wide; one.height = 14;
  draw(one.getContext("2d"));
  return one;
}
function legend() {
  const d = state.data, said = (canvas, text) => { const span = document.createElement("span"); span.append(canvas, text); return span; };
  const ramp = swatch(90, (c) => d.colours.forEach((colour, k) => { c.fillStyle = colour; c.fillRect(k * 9, 0, 9, 14); }));
  const filled = (kind) => swatch(26, (c) => { c.fillStyle = kind === 0 ? "#ffffff" : hatch(c, kind === 2); c.fillRect(0, 0, 26, 14); });
  document.getElementById("legend").replaceChildren(said(ramp, "0 – 1 " + word("chart.probability")),
    said(filled(0), word("chart.watched")), said(filled(1), word("chart.partly")), said(filled(2), word("chart.unseen")));
}
function nearest(x, y) {
  const all = state.data.incidents;
  let best = -1, least = 196;
  for (let i = 0; i < all.n; i++) {
    if (!state.mask[i]) continue;
    const d = (X(all.km[i]) - x) ** 2 + (Y(all.t[i]) - y) ** 2;
    if (d < least) { least = d; best = i; }
  }
  return best;
}
// where an incident is drawn, for the tests and for whoever writes a guide
window.trucelineStrip = { at: (i) => [X(state.data.incidents.km[i]), Y(state.data.incidents.t[i])] };

// beside a drawer there is less room
let was = 0;
new ResizeObserver(() => {
  const wide = box.parentElement.clientWidth;
  if (wide && was && wide !== was && state.data) layOut();
  was = wide || was;
}).observe(box.parentElement);
box.addEventListener("pointermove", (event) => {
  const x = event.offsetX, y = event.offsetY, km = kmAt(x), i = nearest(x, y);
  canvas.style.cursor = i < 0 ? "crosshair" : "pointer";
  if (km >= 0 && km <= state.data.km && y > TOP && y < size[1] - BOTTOM) tell("point", km, "strip", i);
  else tell("point", NaN, "strip", -1);
});
box.addEventListener("pointerleave", () => tell("point", NaN, "strip", -1));
box.addEventListener("click", (event) => {
  const i = nearest(event.offsetX, event.offsetY);
  if (i >= 0) { tell("choose", i); return; }
  const t = timeAt(event.offsetY);
  if (t >= state.data.span[0] && t < state.data.span[1]) tell("day", state.data.dayStarts.filter((start) => start <= t).length);
});
box.addEventListener("keydown", (event) => {
  const all = state.data.incidents, keys = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: 0, End: 0 };
  if (event.key === "Enter" && state.chosen >= 0) { tell("choose", state.chosen); return; }
  if (!(event.key in keys)) return;
  event.preventDefault();
  byTime = byTime || Uint32Array.from({ length: all.n }, (_, i) => i).sort((a, b) => all.t[a] - all.t[b] || a - b);
  const shown = byTime.filter((i) => state.mask[i]);
  if (!shown.length) return;
  const place = shown.indexOf(state.chosen);
  const next = event.key === "Home" ? 0 : event.key === "End" ? shown.length - 1 : Math.max(0, Math.min(shown.length - 1, place + keys[event.key]));
  tell("walk", shown[next]);
  const scroll = box.parentElement, x = X(all.km[shown[next]]);
  if (x < scroll.scrollLeft + 20 || x > scroll.scrollLeft + scroll.clientWidth - 20) scroll.scrollLeft = x - scroll.clientWidth / 2;
});
on("point", (km) => { if (!Object.is(km, lit)) { lit = km; paint(); } });
export const spoken = (i) => {
  const all = state.data.incidents;
  return [coded(all.act, i), coded(all.place, i), local(1000 * all.t[i]), term("verdict", coded(all.verdict_id, i) || "none"), "p = " + all.p[i]].filter(Boolean).join(", ");
};
