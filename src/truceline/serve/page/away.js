// Without the server, or without its record: what is shown stays, is said to be old, and comes back by itself.
import { ask, on, state, tell, word } from "/static/state.js";

const AGAIN_MS = 2000, LOOK_MS = 20_000; // how often it is tried when gone, and looked at while nobody asks for anything
const live = document.getElementById("live"), banner = document.getElementById("away");
let gone = "", timer = 0, readAt = "", heard = false;

export function readNow() {
  readAt = new Date().toISOString().slice(11, 16) + " UTC";
}
// Say how it stands, in the language that is chosen.
export function sayAway() {
  document.body.classList.toggle("offline", gone !== "");
  const says = gone ? word(gone === "record" ? "room.no_record" : "room.offline", { time: readAt || "–" }) : "";
  live.textContent = says || (heard ? word("room.live") : "");
  banner.textContent = says && `${says} ${word("room.typed_stays")}`;
  banner.hidden = !says;
}
export function listening() {
  heard = true;
  if (!gone) sayAway();
}
async function again() {
  clearTimeout(timer);
  try {
    await ask(gone || !state.me ? "/api/mission" : "/api/me");
    found();
  } catch (error) {
    if (!error.gone) found(); // refused, so it answers
  }
  timer = setTimeout(again, gone ? AGAIN_MS : LOOK_MS);
}
function found() {
  if (!gone) return;
  gone = "";
  sayAway();
  tell("back");
}
// Something did not answer; `kind` is what: the server, or its record.
function lost(kind) {
  if (gone === kind) return;
  gone = kind;
  sayAway();
  clearTimeout(timer);
  timer = setTimeout(again, AGAIN_MS);
}
on("gone", lost);
export const look = again;
window.addEventListener("offline", () => lost("server"));
window.addEventListener("online", again);
