// The page: sign in, load, filter, and keep everything that shows an incident pointing at the same one.
import { ask, coded, local, make, on, percent, state, table, tell, term, tone, word } from "/static/state.js";
import { listening, look, readNow, sayAway } from "/static/away.js";
import { unpack } from "/static/columns.js";
import { close, show } from "/static/drawer.js";
import { draw } from "/static/map.js";
import { layOut, paint, spoken } from "/static/strip.js";
import { FEEDS, feedsHere } from "/static/feeds.js";
import { PAPERS, papersHere } from "/static/papers.js";
import { VIEWS as TABLES } from "/static/views.js";

const $ = (id) => document.getElementById(id);
const LISTED = 60, FILTERS = ["clause", "act", "sector", "party", "verdict", "watched"];
const VIEWS = { ...TABLES, ...FEEDS, ...PAPERS };
const ORDER = ["watch", "clocks", "coverage", "feeds", "windows", "claims", "agreement", "plan", "exercise", "outlook", "reports"];
let here = []; // the views this reader has besides the tables
let listed = LISTED, view = "watch", timer = 0, events = null, known = "";
const remember = (language) => { try { localStorage.setItem("language", language); } catch { /* private browsing */ } };
const remembered = () => { try { return localStorage.getItem("language"); } catch { return null; } };

async function speak(language) {
  state.words = await ask("/static/words/" + language);
  document.documentElement.lang = $("language").value = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", word(element.dataset.label));
  sayAway();
  tell("spoken");
  layViews();
}
function layViews() {
  const shown = ORDER.filter((name) => name === "watch" || name in TABLES || here.includes(name));
  $("views").replaceChildren(...shown.map((name) => make("button", { type: "button", "data-view": name, text: word("room." + name), "aria-current": name === view && "page", onclick: () => go(name) })));
}
async function load() {
  const language = document.documentElement.lang;
  const [mission, data] = await Promise.all([ask("/api/mission?language=" + language), ask("/api/map?language=" + language)]);
  const chosen = state.chosen >= 0 ? state.data.incidents.id[state.chosen] : "";
  data.incidents = unpack(data.incidents);
  Object.assign(state, { mission, data });
  known = mission.version;
  state.chosen = data.incidents.id.indexOf(chosen);
  readNow();
  $("title").textContent = document.title = mission.title;
  $("about").textContent = `${mission.agreement.title} · ${mission.days[0] || ""} – ${mission.days[mission.days.length - 1] || ""} (${mission.timezone})`;
  $("role").textContent = word("room.role_" + state.me.role);
  $("withheld").hidden = mission.profile === "mission";
  $("day").max = data.days.length;
  layFilters();
  for (const name of ["room", "views"]) $(name).hidden = false;
  filter(true);
  layOut();
  performance.mark("strip");
  await seen(); // the strip and the list are on the screen before the map takes its time
  draw();
}
const seen = () => Promise.race([new Promise((done) => requestAnimationFrame(() => setTimeout(done))), new Promise((done) => setTimeout(done, 200))]);
async function enter() {
  const token = new URLSearchParams(location.hash.slice(1)).get("enter");
  state.me = null;
  if (token) {
    history.replaceState(null, "", location.pathname);
    try { state.me = await ask("/api/session/entry", { body: { token } }); } catch (error) { $("sign-in-error").textContent = error.message; }
  }
  if (!state.me) try { state.me = await ask("/api/me"); } catch { state.me = null; }
  $("sign-in").hidden = state.me !== null && state.me.account !== "";
  $("sign-out").hidden = !state.me || !state.me.account;
  if (!state.me) return;
  await load();
  here = [...await papersHere(), ...await feedsHere()];
  layViews();
  await alarm();
  await go(view);
  listen();
}
$("skip").addEventListener("click", (event) => {
  const section = $("view-" + view);
  if (view === "watch" || !state.me) return;
  event.preventDefault();
  section.tabIndex = -1;
  section.focus();
});
function listen() {
  if (events) events.close();
  events = new EventSource("/api/events");
  events.addEventListener("open", listening);
  events.addEventListener("error", () => look());
  events.addEventListener("version", (event) => { if (JSON.parse(event.data).version !== known) refresh(); });
}
// Read everything that is shown anew. What cannot be read stays as it was, and is read when the record is back.
async function refresh() {
  try {
    await load();
    tell("changed");
    await alarm();
  } catch (error) {
    if (!error.gone) throw error;
    return;
  }
  if (view !== "watch") await renew(view);
}
on("back", async () => {
  if (!state.mission) { await enter().catch(() => {}); return; }
  await refresh();
  if (state.me) listen();
});
async function renew(name) {
  const place = document.querySelector(`#view-${name} > div`);
  try { await VIEWS[name](); } catch (error) {
    const says = make("p", { role: "alert", class: "stale", text: `${word("room.not_read")} ${error.message}` });
    for (const old of place.querySelectorAll(":scope > .stale")) old.remove();
    place.prepend(says);
  }
}
// Incidents in agreed silence windows are said at once, whatever is looked at.
async function alarm() {
  const found = await ask("/api/alerts"), says = found.length ? word("room.alarm", { count: found.length }) : "";
  if ($("alarm").dataset.says === says) return; // said once
  $("alarm").dataset.says = says;
  $("alarm").replaceChildren(...says ? [make("button", { type: "button", class: "link", text: says, onclick: () => go("windows") })] : []);
}
async function go(name) {
  view = name;
  for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== "view-" + name;
  for (const button of $("views").children) { if (button.dataset.view === name) button.setAttribute("aria-current", "page"); else button.removeAttribute("aria-current"); }
  if (name === "watch") { layOut(); if (window.trucelineMap) window.trucelineMap.resize(); } else await renew(name);
}

// ---- filters and days
const LEVELS = { well: (w) => w >= 0.8, partly: (w) => w >= 0.3 && w < 0.8, not: (w) => !(w >= 0.3) };
function layFilters() {
  const all = state.data.incidents, m = state.mission;
  const sectors = new Map(m.sectors.map((s) => [s.sector, s.called || s.sector])), parties = new Map(m.parties.map((p) => [p.id, p.called]));
  const options = {
    clause: all.clauses.names.map((c) => [c, c]), act: all.act_id.of.map((a) => [a, term("act", a)]), sector: [...sectors],
    party: all.clause_party_id.of.filter((p) => p && p !== "nan").map((p) => [p, parties.get(p) || p]),
    verdict: all.verdict_id.of.filter(Boolean).map((v) => [v, term("verdict", v)]),
    watched: Object.keys(LEVELS).map((l) => [l, word("room.watched_" + l)]),
  };
  const fields = FILTERS.map((name) => {
    const field = make("select", { name }, make("option", { value: "", text: word("room.any") }), ...options[name].map(([value, text]) => make("option", { value, text })));
    field.value = state.filters[name] || "";
    return make("label", {}, make("span", { text: word("room." + name) }), field);
  });
  $("filters").replaceChildren(...fields, make("button", { type: "button", text: word("room.clear"), onclick: () => { state.filters = {}; layFilters(); filter(); } }));
}
$("filters").addEventListener("change", (event) => { state.filters[event.target.name] = event.target.value; filter(); });
// Mark what the filters leave; `quiet` leaves the pictures to whoever asked.
function filter(quiet) {
  const all = state.data.incidents, f = state.filters, mask = state.mask = new Uint8Array(all.n).fill(1);
  const keep = (at, good) => { for (let i = 0; i < all.n; i++) if (!good(at[i])) mask[i] = 0; };
  for (const [name, column] of [["act", all.act_id], ["sector", all.sector_id], ["party", all.clause_party_id], ["verdict", all.verdict_id]]) {
    const wanted = column.of.indexOf(f[name]);
    if (f[name]) keep(column.at, (at) => at === wanted);
  }
  if (f.clause) {
    const clause = all.clauses.names.indexOf(f.clause), covered = all.clauses.of.map((set) => set.includes(clause));
    keep(all.clauses.at, (at) => covered[at]);
  }
  if (f.watched) keep(all.watched, LEVELS[f.watched]);
  if (state.day) {
    const start = state.data.dayStarts[state.day - 1], end = state.data.dayStarts[state.day] || state.data.span[1];
    keep(all.t, (t) => t >= start && t < end);
  }
  $("dayname").textContent = state.day ? state.data.days[state.day - 1] : word("map.all_days");
  $("day").value = state.day;
  state.shown = mask.reduce((sum, one) => sum + one, 0);
  $("shown").textContent = [state.shown + " " + word("map.shown"), all.left_out ? word("room.left_out", { count: all.left_out }) : ""].filter(Boolean).join("; ");
  listed = LISTED;
  list();
  if (quiet) return;
  paint(true);
  draw();
}
function list() {
  const all = state.data.incidents, shown = []; // in the order they came: what a clause covers first, the most probable of it
  for (let i = 0; i < all.n && shown.length < listed; i++) if (state.mask[i]) shown.push(i);
  const rows = shown.map((i) => [
    make("button", { type: "button", class: "link", "data-incident": all.id[i], text: local(1000 * all.t[i]), onclick: () => tell("choose", i), onfocus: () => tell("point", all.km[i], "list", i), onpointerenter: () => tell("point", all.km[i], "list", i) }),
    coded(all.act, i), coded(all.place, i) || (all.km[i] >= 0 ? word("room.km") + " " + all.km[i] : "–"), tone(coded(all.verdict, i), coded(all.verdict_id, i) || "none"), percent(all.p[i]), coded(all.error, i)]);
  const head = ["time", "act", "place", "verdict", "probability", "error"].map((key) => word("room." + key)), left = state.shown - rows.length;
  $("list").replaceChildren(table(word("room.list"), head, rows), left ? make("button", { type: "button", id: "more", text: word("room.list_more", { count: left }), onclick: () => { listed += 200; list(); } }) : "");
}
function stop() {
  clearInterval(timer);
  timer = 0;
  $("play").textContent = word("map.play");
  $("play").setAttribute("aria-pressed", "false");
}
$("day").addEventListener("input", () => { stop(); state.day = Number($("day").value); filter(); });
$("play").addEventListener("click", () => {
  if (timer) { stop(); return; }
  $("play").textContent = word("map.pause");
  $("play").setAttribute("aria-pressed", "true");
  timer = setInterval(() => { state.day = state.day % state.data.days.length + 1; filter(); }, 900);
});

// ---- one incident, wherever it was pointed at
function choose(i, open) {
  state.chosen = i;
  paint();
  tell("chosen", i, true);
  $("pointer").textContent = spoken(i);
  if (open) show(state.data.incidents.id[i]);
}
on("choose", (i) => choose(i, true));
on("walk", (i) => { choose(i, false); tell("point", state.data.incidents.km[i], "strip", i); });
on("open", (id) => { const i = state.data.incidents.id.indexOf(id); if (i >= 0) choose(i, true); else show(id); });
on("closed", () => { state.chosen = -1; paint(); tell("chosen", -1, false); });
on("day", (n) => { stop(); state.day = state.day === n ? 0 : n; filter(); });
on("point", (km, from, i) => {
  if (from === "list") return;
  const s = !(km >= 0) ? null : state.data.sector_km.find((one) => km >= one[2] && km <= one[3]);
  if (i >= 0) $("pointer").textContent = spoken(i);
  else if (km >= 0) $("pointer").textContent = `${Math.round(km)} ${word("room.km")}${s ? " · " + (s[1] || s[0]) : ""}`;
});
on("written", async (id) => { await refresh(); await show(id); });

$("language").addEventListener("change", async () => {
  remember($("language").value);
  await speak($("language").value);
  if (state.me && state.mission) { $("alarm").dataset.says = ""; await refresh(); if (view === "watch") await go(view); if (!$("drawer").hidden && state.chosen >= 0) await show(state.data.incidents.id[state.chosen]); }
});
$("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = new FormData($("sign-in"));
  try {
    state.me = await ask("/api/session", { body: { login: said.get("login"), password: said.get("password") } });
    $("sign-in-error").textContent = "";
    $("sign-in").reset();
    await enter();
  } catch (error) { $("sign-in-error").textContent = error.status === 401 ? word("room.wrong_password") : error.message; }
});
$("sign-out").addEventListener("click", async () => { await ask("/api/session", { method: "DELETE" }); location.reload(); });

const wished = remembered() || (navigator.language || "en").slice(0, 2);
await speak(["en", "uk", "fr"].includes(wished) ? wished : "en");
close();
await enter().catch((error) => { if (!error.gone) $("sign-in-error").textContent = error.message; });
look();
document.body.dataset.ready = "yes";
