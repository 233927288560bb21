// The other views: clocks, coverage, claims, agreement, reports.
import { done, draft, steady } from "/static/drafts.js";
import { ask, called, local, make, number, percent, state, table, tell, term, tone, word } from "/static/state.js";

const into = (name, ...inside) => {
  const place = document.querySelector(`#view-${name} > div`);
  steady(place, () => place.replaceChildren(...inside.filter(Boolean)));
};
const MARKS = { violation: "✕ ", indeterminate: "? ", blind: "○ " }; // beside the colour, for whoever cannot tell it
const heads = (...keys) => keys.map((key) => word("room." + key));
const says = (key) => make("p", { text: word(key) });
const link = (id) => make("button", { type: "button", class: "link", text: id, onclick: () => tell("open", id) });
const where = (said) => said === "agreement" ? word("room.agreement") : said.replace(/^step /, word("room.step") + " ");
// What the text leaves open, by its code; and what the linter says besides, where it says more than where that is.
function gap(l) {
  const says = state.words["room.lint_" + l.code], detail = l.message.slice(0, Math.max(0, l.message.lastIndexOf(": ")));
  if (!says) return l.message;
  const more = detail !== l.where && !/^(no|rule \S+|step \S+|zone \S+)( |$)/.test(detail) ? detail : "";
  return more ? `${says}: ${more}` : says;
}

export const VIEWS = {
  async clocks() {
    const rows = await ask("/api/tables/clocks");
    into("clocks", says("room.clocks_intro"), table(word("room.clocks"), heads("incident", "clause", "step", "due", "owner", "state"),
      rows.map((c) => [link(c.incident_id), c.clause, c.step, local(c.due), c.owner, tone(term("room", c.state), c.state)]), word("room.clocks_none")));
  },
  async coverage() {
    const rows = await ask("/api/tables/status"), days = [...new Set(rows.map((r) => r.day))];
    const called = new Map(state.mission.sectors.map((s) => [s.sector, s.called || s.sector]));
    const at = new Map(rows.map((r) => [r.sector + "|" + r.day, r]));
    const kind = (r) => ({ violation: "violation", indeterminate: "indeterminate", "not observed": "blind", "not in force": "no_force" })[r.status] || (r.watched >= 0.8 ? "watched" : "partly");
    const cell = (r) => r ? Object.assign(tone(r.status === "not in force" ? "·" : (MARKS[kind(r)] || "") + percent(r.watched), kind(r)), { title: word("status." + r.status) }) : "–";
    const spoken = (r) => r ? make("span", {}, cell(r), make("span", { class: "unseen-text", text: " " + word("status." + r.status) })) : "–";
    const e = state.mission.exposure;
    into("coverage", says("room.coverage_intro"),
      Number.isFinite(e.km_h_total) && e.km_h_total > 0 ? make("p", { text: `${word("exposure.seen")} ${percent(e.km_h_seen / e.km_h_total)} · ${word("exposure.partly")} ${percent(e.km_h_partly / e.km_h_total)} · ${word("exposure.unseen")} ${percent(e.km_h_unseen / e.km_h_total)}` }) : null,
      table(word("room.coverage"), [word("room.sector"), ...days.map((day) => day.startsWith(days[0].slice(0, 5)) && days.length > 1 ? day.slice(5) : day)], [...called].map(([id, name]) => [name, ...days.map((day) => spoken(at.get(id + "|" + day)))])),
      make("p", { class: "legend small" }, ...[["violation", "violation"], ["indeterminate", "indeterminate"], ["watched", "no violation seen, well watched"], ["partly", "no violation seen, partly watched"], ["blind", "not observed"], ["no_force", "not in force"]].map(([one, status]) =>
        make("span", {}, tone(one === "no_force" ? "·" : (MARKS[one] || "") + "%", one), " " + word("status." + status)))),
      state.mission.warnings.length ? make("section", {}, make("h3", { text: word("room.warnings") }), make("ul", {}, ...state.mission.warnings.map((text) => make("li", { text })))) : null);
  },
  async windows() {
    const [rows, found] = await Promise.all([ask("/api/windows"), ask("/api/alerts")]);
    const language = document.documentElement.lang, said = make("p", { role: "alert" });
    const act = async (work) => { try { await work(); await VIEWS.windows(); } catch (error) { said.textContent = error.gone ? word("room.not_taken") : error.message; } };
    const links = (w) => ["txt", "ics", "kml"].flatMap((f) => [make("a", { href: `/api/windows/${w.window_id}/notice?language=${language}&f=${f}`, target: "_blank", rel: "noopener", text: f }), " "]);
    const mayConsent = (w) => state.me.may.includes("respond") && !w.consents.includes(state.me.party);
    into("windows", says("room.windows_intro"), make("h3", { text: word("room.alerts") }),
      table(word("room.alerts"), heads("incident", "act", "time", "inside", "windows"), found.map((a) => [link(a.incident_id), term("act", a.act), local(a.time_start), tone(called("inside", a.inside), a.inside === "yes" ? "violation" : "indeterminate"), a.window_id]), word("room.alerts_none")),
      make("h3", { text: word("room.windows") }),
      table(word("room.windows"), heads("purpose", "start_utc", "end_utc", "radius", "consents", "state", "notice"), rows.map((w) => [w.purpose || w.window_id, w.start, w.end, w.radius_km,
        make("span", {}, w.consents.join(", ") + " ", mayConsent(w) ? make("button", { type: "button", text: word("room.consent"), onclick: () => act(() => ask(`/api/windows/${w.window_id}/consent`, { method: "POST", body: {} })) }) : ""),
        tone(word(w.agreed ? "room.agreed" : "room.proposed"), w.agreed ? "done" : "running"), make("span", {}, ...links(w))])),
      said, state.me.may.includes("refer") ? proposal(act) : null);
  },
  async claims() {
    const rows = await ask("/api/tables/claims");
    into("claims", says("room.claims_intro"), table(word("room.claims"), heads("entry", "by", "against", "measure", "claimed", "adds_up", "matched", "state"),
      rows.map((c) => [c.claim_id, c.claimant, c.accused, state.words["measure." + c.measure.replaceAll(" ", "_")] || term("act", c.measure), c.count_said || number(c.count_min), term("adds_up", c.adds_up), number(c.matched), called("claim", c.state)])));
  },
  async agreement() {
    const a = await ask("/api/agreement");
    into("agreement", make("p", { text: a.summary || a.title }),
      table(word("room.agreement"), heads("clause", "says", "source"), a.clauses.map((c) => [c.called || c.clause, c.says, c.source])),
      make("h3", { text: word("room.agreement_lint") }),
      table(word("room.agreement_lint"), heads("code", "where", "message"), a.lint.map((l) => [l.code, where(l.where), gap(l)]), word("room.lint_none")),
      make("h3", { text: word("room.ladder") }),
      table(word("room.ladder"), heads("step", "says", "owner"), a.ladder.map((s) => [s.step, s.says, s.owner])));
  },
  async reports() {
    const [held, files] = await Promise.all([ask("/api/releases"), ask("/api/exports")]);
    const rows = held.map((r) => {
      const address = "/api/releases/" + encodeURIComponent(r.release_id);
      const read = make("a", { href: address, target: "_blank", rel: "noopener", text: word("room.read") });
      const approve = !r.published && state.me.may.includes("approve") && r.asked_by !== state.me.account
        ? make("button", { type: "button", text: word("room.approve"), disabled: true, onclick: () => act(() => ask(address + "/approval", { body: { sha256: r.sha256 } })) }) : "";
      // whoever approves has opened it
      if (approve) read.addEventListener("click", () => { approve.disabled = false; });
      return [r.day, `${r.version} · ${r.language}`, tone(word(r.published ? "room.published" : "room.waits"), r.published ? "done" : "running"), r.correction, make("code", { text: r.sha256.slice(0, 16) }), make("span", {}, read, " ", approve)];
    });
    const said = make("p", { role: "alert", id: "report-error" });
    const act = async (work) => { try { await work(); await VIEWS.reports(); } catch (error) { document.getElementById("report-error").textContent = error.gone ? word("room.not_taken") : error.message; } };
    const language = document.documentElement.lang;
    into("reports", says("room.reports_intro"), table(word("room.reports"), heads("day", "version", "state", "correction", "proof", "read"), rows), said,
      state.me.may.includes("ask_release") ? askForm(act) : null,
      make("p", {}, make("a", { href: "/api/report?language=" + language, target: "_blank", rel: "noopener", text: word("room.full_report") })),
      make("h3", { text: word("room.files") }),
      make("ul", { class: "files" }, ...files.map((name) => make("li", {}, make("a", { href: "/api/exports/" + name, text: name })))));
  },
};
function proposal(act) {
  const field = (name, key, input) => make("label", {}, make("span", { text: word("room." + key) }), input);
  const form = make("form", { class: "step" }, field("purpose", "purpose", make("input", { name: "purpose", required: true })),
    field("path", "window_place", make("textarea", { name: "path", rows: "2", required: true })),
    field("radius_km", "radius", make("input", { name: "radius_km", type: "number", min: "0.5", max: "50", step: "0.1", value: "1.5", required: true })),
    field("start", "start_utc", make("input", { name: "start", type: "datetime-local", required: true })),
    field("end", "end_utc", make("input", { name: "end", type: "datetime-local", required: true })), make("button", { text: word("room.propose") }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    const path = said.path.split("\n").map((one) => one.trim()).filter(Boolean).map((one) => one.split(/[,\s]+/).map(Number).reverse());
    act(async () => {
      await ask("/api/windows", { body: { ...said, path, radius_km: Number(said.radius_km), start: said.start + "Z", end: said.end + "Z" } });
      done("window");
    });
  });
  return draft(form, "window");
}
function askForm(act) {
  const form = make("form", { class: "step" },
    make("label", {}, make("span", { text: word("room.day") }), make("select", { name: "day" }, ...state.mission.days.map((day) => make("option", { value: day, text: day })))),
    make("label", {}, make("span", { text: word("room.language") }), make("select", { name: "language" }, ...[["en", "English"], ["uk", "Українська"], ["fr", "Français"]].map(([value, text]) => make("option", { value, text })))),
    make("label", {}, make("span", { text: word("room.correction_hint") }), make("textarea", { name: "correction", rows: "2" })),
    make("button", { text: word("room.ask") }));
  form.addEventListener("submit", (event) => { event.preventDefault(); act(async () => { await ask("/api/releases", { body: Object.fromEntries(new FormData(form)) }); done("release"); }); });
  return draft(form, "release");
}
