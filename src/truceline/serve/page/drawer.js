// One incident whole: observations, looks, every likelihood ratio, clauses, history, proof; and its next step.
import { done, draft, steady } from "/static/drafts.js";
import { ask, called, groupName, local, make, number, on, percent, sourceName, state, stepName, table, tell, term, tone, word } from "/static/state.js";

const drawer = document.getElementById("drawer");
const rest = [...document.querySelectorAll("body > .skip, body > header, #views, main, body > footer")];
const beside = matchMedia("(min-width: 75rem)"); // wide enough for both
const unsure = new Map(); // steps that were sent and not acknowledged, by incident
let before = null, open = "", news = "";

export async function show(id) {
  if (open !== id) news = "";
  open = id;
  const told = await ask(`/api/incidents/${encodeURIComponent(id)}?language=${document.documentElement.lang}`);
  if (open !== id) return;
  const i = told.incident, keep = drawer.hidden ? document.activeElement : before;
  const place = [i.place, i.lon_deg === null ? "" : `${i.lat_deg.toFixed(3)}, ${i.lon_deg.toFixed(3)}`].filter(Boolean).join(" · ");
  settle(told);
  steady(drawer, () => drawer.replaceChildren(
    make("div", { class: "top" }, make("h2", { id: "drawer-title", text: `${word("room.incident")}: ${term("act", i.act)}` }),
      make("button", { type: "button", class: "close", text: word("room.close"), onclick: close })),
    facts([["", id], [word("room.time"), `${local(i.time_start)} – ${local(i.time_end)}`], [word("room.place"), place || "–"],
      [word("room.error"), i.sigma_m === null ? "–" : "± " + Math.round(i.sigma_m) + " m"], [word("room.exists"), percent(i.p_exists)],
      [word("room.state"), `${called("standing", i.state)} · ${stepName(told.state)}`], [word("map.settle"), i.settle]]),
    grouped(told), findings(told), odds(told), observations(told), looks(told), attribution(told), clocks(told), history(told), proof(told), nextStep(told)));
  before = keep;
  drawer.hidden = false;
  document.body.classList.add("with-drawer");
  lay();
  if (!drawer.contains(document.activeElement)) drawer.focus();
}
// Over the page the drawer alone can be reached; beside it both can.
function lay() {
  const over = !drawer.hidden && !beside.matches;
  for (const element of rest) element.inert = over;
  drawer.toggleAttribute("aria-modal", over);
  if (over) drawer.setAttribute("aria-modal", "true");
}
beside.addEventListener("change", lay);
export function close() {
  const left = open;
  open = news = "";
  drawer.hidden = true;
  document.body.classList.remove("with-drawer");
  lay();
  const back = before && document.contains(before) ? before : left && document.querySelector(`#list [data-incident="${CSS.escape(left)}"]`);
  if (back) back.focus(); else if (left) document.getElementById("incidents").focus();
  before = null;
  tell("closed");
}
drawer.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
on("changed", () => { if (open) show(open).catch(() => {}); }); // read again when the record is back
// Whether a step that nobody acknowledged was taken after all: its own words stand in the history, or they do not.
function settle(told) {
  const id = told.incident.incident_id, sent = unsure.get(id);
  if (!sent) return;
  const taken = told.history.slice(sent.after).some((s) => s.state === sent.state && (s.note || "") === (sent.note || ""));
  if (taken) done("step:" + id);
  news = taken ? word("room.taken", { state: stepName(sent.state) }) : word("room.not_taken");
  unsure.delete(id);
}

function facts(rows) {
  return make("dl", {}, ...rows.filter((row) => row[1]).flatMap(([name, value]) => [make("dt", { text: name }), make("dd", {}, value)]));
}
// Which incidents people put in place of which: each can be opened.
function grouped(told) {
  const links = (names) => make("span", {}, ...names.flatMap((name) => [make("button", { type: "button", class: "link", text: name, onclick: () => show(name) }), " "]));
  const { stands_for: before, stood_for_by: after } = told.grouped;
  const rows = [[word("room.stands_for"), before.length ? links(before) : ""], [word("room.stood_for_by"), after.length ? links(after) : ""]];
  return before.length || after.length ? part("room.grouped", facts(rows)) : "";
}
// A row with longer texts below it, each after its name.
function beneath(row, ...texts) {
  const said = texts.filter(([, text]) => text).flatMap(([key, text]) => [make("dt", { text: word("room." + key) }), make("dd", { text })]);
  return said.length ? Object.assign(row, { below: make("dl", {}, ...said) }) : row;
}
const part = (key, ...inside) => make("section", {}, make("h3", { text: word(key) }), ...inside);
const withheld = (told, inside) => told.withheld ? make("p", { class: "small", text: word("room.withheld") }) : inside;

function findings(told) {
  const rows = told.findings.map((f) => beneath([make("strong", { text: f.called || f.clause }), tone(term("verdict", f.verdict), f.verdict), percent(f.probability),
    f.margin === null ? "–" : `${number(f.margin)} ${f.margin_unit}`], ["says", f.says], ["reading", f.interpretation], ["reason", f.reason]));
  const head = ["clause", "verdict", "probability", "margin"].map((k) => word("room." + k));
  return part("room.findings", table(word("room.findings"), head, rows));
}
function odds(told) {
  const rows = told.odds.map((step) => [step.lr === null ? word("room.background") : groupName(step.group), step.lr === null ? "–" : "× " + number(step.lr), percent(step.p)]);
  return part("room.odds", withheld(told, table(word("room.odds"), [word("room.step"), word("room.ratio"), word("room.after")], rows)));
}
function observations(told) {
  const rows = told.observations.map((o) => beneath([o.observation_id, sourceName(o.source, o.sensor), local(o.time_start), term("act", o.act), o.sigma_m === null ? "–" : "± " + Math.round(o.sigma_m) + " m"], ["said", o.text || o.ref]));
  const head = [word("room.entry"), word("room.source"), word("room.time"), word("room.act"), word("room.error")];
  return part("room.observations", withheld(told, table(word("room.observations"), head, rows)));
}
function looks(told) {
  const rows = told.looks.map((l) => [local(l.time_start), sourceName(l.source, l.sensor), number(l.detections), l.basis]);
  const head = [word("room.time"), word("room.source"), word("room.detections"), word("room.said")];
  return part("room.looks", withheld(told, table(word("room.looks"), head, rows)));
}
const partyName = (id) => (state.mission.parties.find((p) => p.id === id) || {}).called || term("verdict", id);
function attribution(told) {
  const a = told.attribution;
  return part("room.attribution", a ? facts([[word("room.attributed_to"), partyName(a.attributed_to)], [word("room.confidence"), term("confidence", a.confidence)],
    [word("room.reason"), a.basis], [word("room.response"), state.words["response." + a.party_response] || a.party_response]]) : make("p", { text: word("room.none") }));
}
function clocks(told) {
  if (!told.clocks.length) return "";
  const rows = told.clocks.map((c) => [c.step, local(c.due), c.owner, tone(word("room." + c.state), c.state)]);
  return part("room.clocks", table(word("room.clocks"), [word("room.step"), word("room.due"), word("room.owner"), word("room.state")], rows));
}
function history(told) {
  const lines = told.history.map((s) => make("li", {}, make("strong", { text: stepName(s.state) }),
    ` ${local(s.at)} `, s.role ? make("span", { class: "small", text: `${word("room.role_" + s.role)} ${s.by} ` }) : "",
    s.due ? make("span", {}, `${word("room.due")} ${local(s.due)} `, s.late ? tone(word("room." + s.late), s.late) : "") : "",
    s.note ? make("p", { text: s.note }) : "", s.evidence && s.evidence.length ? make("p", { class: "small", text: s.evidence.join(", ") }) : ""));
  return part("room.history", lines.length ? make("ol", {}, ...lines) : make("p", { text: word("room.none") }));
}
function proof(told) {
  const p = told.proof;
  if (!p) return "";
  return part("room.proof", make("p", {}, tone(word(p.holds ? "room.holds" : "room.fails"), p.holds ? "compliant" : "violation")),
    facts([[word("room.entry"), `${p.entry} / ${p.size}`], [word("room.root"), p.root], ["Ed25519", p.signature]]),
    make("details", {}, make("summary", { text: "RFC 6962" }), make("pre", { text: [p.line, ...p.path].join("\n") })));
}

const FIELDS = {
  note: () => make("textarea", { name: "note", rows: "3" }),
  evidence: (told) => Object.assign(make("textarea", { name: "evidence", rows: "3" }), { value: told.observations.map((o) => o.observation_id).join("\n") }),
  owner: () => make("input", { name: "owner" }),
  due: () => make("input", { name: "due", type: "datetime-local" }),
  into: () => make("input", { name: "into" }),
  parts: (told) => Object.assign(make("textarea", { name: "parts", rows: "3" }), { value: told.observations.map((o) => o.observation_id).join("\n") }),
  attributed_to: () => make("select", { name: "attributed_to" }, ...state.mission.parties.map((p) => make("option", { value: p.id, text: p.called }))),
  confidence: () => make("select", { name: "confidence" }, ...["low", "moderate", "high"].map((c) => make("option", { value: c, text: term("confidence", c) }))),
  party: () => make("input", { name: "party", value: state.me.party, readonly: true }),
};
function nextStep(told) {
  const can = told.next.filter((n) => state.me.may.includes(n.deed));
  if (!can.length) return "";
  const chosen = make("select", { name: "state" }, ...can.map((n) => make("option", { value: n.state, text: stepName(n.state) })));
  const fields = make("div", { class: "step" }), said = make("p", { role: "alert" }), status = make("p", { role: "status", text: news }), id = told.incident.incident_id;
  const laid = () => {
    const typed = Object.fromEntries([...fields.querySelectorAll("[name]")].filter((one) => one.value).map((one) => [one.name, one.value]));
    const needs = can.find((n) => n.state === chosen.value).needs;
    fields.replaceChildren(...[...new Set([...needs, "note"])].map((name) => make("label", {}, make("span", { text: word("room." + (name === "due" ? "due_utc" : name)) }), Object.assign(FIELDS[name](told), { required: needs.includes(name) }, typed[name] ? { value: typed[name] } : {}))));
  };
  chosen.addEventListener("change", laid);
  laid();
  const form = make("form", { class: "step" }, make("label", {}, make("span", { text: word("room.next_step") }), chosen), fields, make("button", { text: word("room.take") }), said, status);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
    const body = { after: told.history.length, ...Object.fromEntries(new FormData(form)) };
    if (body.due) body.due += "Z";
    if (body.evidence !== undefined) body.evidence = lines(body.evidence);
    if (body.parts !== undefined) body.parts = lines(body.parts).map((line) => line.split(/\s+/));
    const button = form.querySelector("button");
    button.disabled = true;
    said.textContent = status.textContent = news = "";
    try {
      await ask(`/api/incidents/${encodeURIComponent(id)}/steps`, { body });
      done("step:" + id);
      news = word("room.taken", { state: stepName(body.state) });
      tell("written", id);
    } catch (error) {
      if (error.gone) unsure.set(id, { after: body.after, state: body.state, note: body.note });
      said.textContent = error.gone ? word("room.not_taken") : error.message;
    }
    button.disabled = false;
  });
  return part("room.next_step", draft(form, "step:" + id));
}
