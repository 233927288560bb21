// The mission's papers: plan, exercise, outlook. Each is made by the server when first asked for, and shown boxed in.
import { ask, local, make, state, word } from "/static/state.js";

const AGAIN_MS = 2000;
let waiting = 0, asked = 0;

export const PAPERS = { plan: () => paper("plan"), exercise: () => paper("exercise"), outlook: () => paper("outlook") };

// The papers this reader has a view of: none outside the mission; an outlook only where the mission has one.
export async function papersHere() {
  if (state.mission.profile !== "mission") return [];
  const held = await ask("/api/papers");
  return held.filter((one) => one.paper !== "outlook" || one.state !== "absent").map((one) => one.paper);
}
async function paper(kind) {
  clearTimeout(waiting);
  const told = await ask("/api/papers/" + kind), place = document.querySelector(`#view-${kind} > div`);
  if (told.state === "making") {
    wait(place, told);
    waiting = setTimeout(() => { if (place.offsetParent) paper(kind).catch((error) => say(place, "alert", error.message)); }, AGAIN_MS);
  } else if (told.state === "made") show(kind, place, told);
  else if (told.state === "failed") say(place, "alert", word("room.paper_failed"), told.says);
  else if (told.state === "sealed") say(place, "status", word("room.exercise_sealed"), word("room.exercise_reveal"), "SHA-256 " + told.seal);
  else say(place, "status", word("room.no_" + kind), word("room.how_" + kind));
}
// How far its making is: the parts done, what is done now and for how long; said anew only when a part is done.
function wait(place, told) {
  const { number, of, what } = told.step || {}, since = Math.max(0, Math.round((Date.now() - asked) / 1000));
  let bar = place.querySelector("progress");
  if (!bar) {
    asked = Date.now();
    bar = make("progress", { "aria-label": word("room.paper_making") });
    place.replaceChildren(make("div", {}, make("p", { role: "status", text: word("room.paper_making") }), bar, make("p", { role: "status", class: "small part" }), make("p", { class: "small now" })));
  }
  if (of) { bar.max = of; bar.value = Math.max(0, number - 1); }
  const part = of ? word("room.paper_part", { number, of }) : "", says = place.querySelector(".part");
  if (says.textContent !== part) says.textContent = part;
  place.querySelector(".now").replaceChildren(what ? doing(what) : "", what && since ? " · " : "", since ? word("room.paper_since", { seconds: since }) : "");
}
// What is done now, such as "scenario: rotation, backstop 2 of 5", in the page's language where it has words for it.
function doing(what) {
  const [, whose, does] = what.match(/^(?:(.*): )?(.*)$/), numbers = does.match(/\d+/g) || [];
  const says = state.words["room.doing_" + does.replace(/\d+/g, "#")];
  if (!says) return make("span", { lang: "en", text: what });
  return (whose ? whose + ": " : "") + says.replace(/#/g, () => numbers.shift());
}
function say(place, role, ...texts) {
  place.replaceChildren(make("div", { role }, ...texts.map((text, k) => make("p", { text, class: k ? "small" : "" }))));
}
function show(kind, place, told) {
  const address = (page) => `/api/papers/${kind}/${encodeURIComponent(page)}`;
  if (place.dataset.made === told.inputs && place.querySelector("iframe")) return; // whoever reads it is not sent back to its top
  const frame = make("iframe", { class: "paper", sandbox: "", title: word("room." + kind), src: address(told.pages[0].name) });
  const alone = make("a", { href: address(told.pages[0].name), target: "_blank", rel: "noopener", text: word("room.paper_alone") });
  const choose = make("select", {}, ...told.pages.map((page) => make("option", { value: page.name, text: page.title })));
  choose.addEventListener("change", () => { frame.src = alone.href = address(choose.value); });
  place.dataset.made = told.inputs;
  place.replaceChildren(
    make("p", { class: "small", text: word("room.paper_about", { time: local(told.at), inputs: told.inputs.slice(0, 16) }) }),
    make("div", { class: "bar" }, told.pages.length > 1 ? make("label", {}, make("span", { text: word("room.paper_page") }), choose) : "", alone), frame);
}
