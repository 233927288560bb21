// What the page knows, and how it asks the server. Texts are set as text, never as HTML.
export const state = { me: null, words: {}, mission: null, data: null, steps: [], day: 0, chosen: -1, mask: [], shown: 0, filters: {} };
const heard = new Map();

export function on(name, what) {
  heard.set(name, [...(heard.get(name) || []), what]);
}
export function tell(name, ...values) {
  for (const what of heard.get(name) || []) what(...values);
}
export function word(key, values) {
  let text = state.words[key] || key;
  for (const [name, value] of Object.entries(values || {})) text = text.replace("{" + name + "}", value);
  return text;
}
export const term = (kind, value) => state.words[kind + "." + value] || String(value || "").replaceAll("_", " ");
// A word of the page's own for a value, or the value itself.
export const called = (kind, value) => state.words[`room.${kind}_${value}`] || String(value || "").replaceAll("_", " ");
// What kind of sensor, or what else, a likelihood ratio is of; the name of a report stays as it is.
export const groupName = (name) => state.words["sensor." + name] || state.words["room.group_" + name] || name;
export const sourceName = (source, sensor) => source === sensor ? term("sensor", sensor) : `${source} · ${term("sensor", sensor)}`;
// A refusal in the page's language, and after it what the server says of this case; in English that says it all.
const refused = (told, otherwise) => {
  const says = told.description || otherwise, sentence = state.words["room.refused_" + told.code];
  return !sentence || document.documentElement.lang === "en" ? says : `${sentence} (${says})`;
};
export const stepName = (name) => state.words["room.step_" + name] || name;

export async function ask(path, options) {
  const headers = { "X-CSRF-Token": (state.me && state.me.csrf) || "" };
  const sent = options && options.body !== undefined
    ? { method: options.method || "POST", body: JSON.stringify(options.body), headers: { ...headers, "Content-Type": "application/json" } }
    : { method: (options && options.method) || "GET", headers };
  let reply, told;
  try {
    reply = await fetch(path, { ...sent, credentials: "same-origin", cache: "no-store" });
    if (reply.status === 204) return null;
    told = await reply.json();
  } catch (error) { // it did not answer, or not to the end
    tell("gone", "server");
    throw Object.assign(new Error(word("room.no_answer")), { gone: "server", cause: error });
  }
  if (reply.ok) return told;
  const gone = reply.status === 503 ? "record" : "";
  if (gone) tell("gone", gone);
  throw Object.assign(new Error(refused(told, reply.statusText)), { status: reply.status, gone });
}

export function make(name, attributes, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
  return element;
}
const INSTANT = /^\d{4}-\d\d-\d\d( \d\d:\d\d)?$/; // not broken into lines
// A table: rows of texts or elements, and `below` a row what is too long for a column. It scrolls by itself, so that no
// page does sideways.
export function table(caption, head, rows, empty) {
  if (!rows.length) return make("p", { text: empty || word("room.none") });
  const cells = (row) => row.map((cell, k) => {
    const inside = cell instanceof Node ? cell : document.createTextNode(cell === null || cell === undefined ? "" : String(cell));
    const kind = INSTANT.test(inside.textContent) ? "when" : false;
    return k ? make("td", { class: kind }, inside) : make("th", { scope: "row", class: kind }, inside);
  });
  const laid = (row) => row.below ? [make("tr", { class: "over-below" }, ...cells(row)), make("tr", { class: "below" }, make("td", { colspan: head.length }, row.below))] : [make("tr", {}, ...cells(row))];
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", {}, make("caption", { class: "unseen-text", text: caption }),
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col", text })))),
      make("tbody", {}, ...rows.flatMap(laid))));
}
export const percent = (p) => p === null || p === undefined ? "–" : p > 0 && p < 0.01 ? "<1 %" : p > 0.99 && p < 1 ? ">99 %" : Math.round(p * 100) + " %";
export const number = (x) => x === null || x === undefined ? "–" : Number(x.toPrecision(3)).toString();
let clock = null, zone = "";
export function local(instant) {
  if (!instant) return "–";
  if (zone !== state.mission.timezone) {
    zone = state.mission.timezone;
    clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  }
  return clock.format(new Date(instant));
}
export const tone = (text, kind) => make("span", { class: "tone " + kind, text });
export const coded = (column, i) => column.of[column.at[i]];
