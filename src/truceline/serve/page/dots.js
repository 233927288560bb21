// Incidents as circles, stamped into the pixels of a picture: a hundred thousand drawn one by one would take seconds,
// and so would handing them to a graphics card where the machine has none.
import { state } from "/static/state.js";

const SHADES = 50; // of probability told apart
const CROWD = 3000; // so many have room at their full size
const GREY = "#7d8892"; // rejected
const clamp = (v) => Math.max(0, Math.min(1, v));
const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
const stamps = new Map();

export function shade(p) {
  const low = Math.min(9, Math.floor(p * 10)), share = p * 10 - low, a = rgb(state.data.colours[low]), b = rgb(state.data.colours[low + 1]);
  return a.map((v, k) => v * (1 - share) + b[k] * share);
}
// One circle as pixels: where each lies from the middle, what it adds of red, green, blue and cover, and what it leaves.
function stamp(radius, applies, colour, line) {
  const half = Math.ceil(radius + 2), fill = applies ? colour : [255, 255, 255], edge = applies ? [255, 255, 255] : colour, dx = [], dy = [], adds = [], keeps = [];
  for (let y = -half; y <= half; y++) for (let x = -half; x <= half; x++) {
    const away = Math.hypot(x, y), a = clamp(radius + 0.5 - away) * (applies ? 1 : 0.6), b = clamp(line / 2 + 0.5 - Math.abs(away - radius)), keep = (1 - a) * (1 - b);
    if (keep > 0.99) continue;
    dx.push(x); dy.push(y); keeps.push(keep);
    for (let k = 0; k < 3; k++) adds.push(fill[k] * a * (1 - b) + edge[k] * b);
    adds.push(255 * (1 - keep));
  }
  return { half, dx: Int16Array.from(dx), dy: Int16Array.from(dy), adds: Float32Array.from(adds), keeps: Float32Array.from(keeps) };
}
function stampOf(all, i, grow, scale) {
  const round = Math.round(Math.max(2, all.radius[i] * grow) * 2), applies = all.applies[i] && !all.rejected[i] ? 1 : 0;
  const step = all.rejected[i] ? SHADES + 1 : Math.round(all.p[i] * SHADES), key = ((round * 2 + applies) * 64 + step) * 8 + scale;
  let one = stamps.get(key);
  if (!one) stamps.set(key, one = stamp(round / 2 * scale, applies, step > SHADES ? rgb(GREY) : shade(step / SHADES), (applies ? 0.7 : 1.4) * scale));
  return one;
}
// Stamp what the filters leave into a picture, the first of the list last, so that what counts most lies on top. `place`
// writes where incident i lies, in the picture's pixels, into its second argument; NaN is nowhere. Returns how many lie in it.
export function stampAll(image, scale, size, place) {
  const grow = size * Math.min(1, (CROWD / state.shown) ** 0.25); // the more there are, the smaller each
  const all = state.data.incidents, { data: px, width, height } = image, at = [0, 0];
  let inside = 0;
  for (let i = all.n - 1; i >= 0; i--) {
    if (!state.mask[i]) continue;
    place(i, at);
    const x = Math.round(at[0]), y = Math.round(at[1]);
    if (!(x > -20 && y > -20 && x < width + 20 && y < height + 20)) continue;
    const one = stampOf(all, i, grow, scale), { half, dx, dy, adds, keeps } = one, whole = x >= half && y >= half && x < width - half && y < height - half;
    inside++;
    for (let k = 0; k < dx.length; k++) {
      const px_ = x + dx[k], py = y + dy[k];
      if (!whole && (px_ < 0 || py < 0 || px_ >= width || py >= height)) continue;
      const o = 4 * (py * width + px_), keep = keeps[k], m = 4 * k;
      px[o] = adds[m] + px[o] * keep; px[o + 1] = adds[m + 1] + px[o + 1] * keep;
      px[o + 2] = adds[m + 2] + px[o + 2] * keep; px[o + 3] = adds[m + 3] + px[o + 3] * keep;
    }
  }
  return inside;
}
// Pictures hold their colours undimmed by their cover; stamps add them dimmed.
export function undim(image) {
  const px = image.data;
  for (let o = 3; o < px.length; o += 4) {
    const cover = px[o];
    if (cover === 0 || cover === 255) continue;
    px[o - 3] *= 255 / cover; px[o - 2] *= 255 / cover; px[o - 1] *= 255 / cover;
  }
}
