// The feeds: which speak, which are silent or failed. A silent feed's sensors do not count as watching.
import { ask, local, make, on, state, table, tone, word } from "/static/state.js";

const ORDER = ["failed", "silent", "never", "listening", "stopped"]; // what needs somebody first
const TONE = { failed: "violation", silent: "overdue", never: "indeterminate", listening: "done", stopped: "blind" };
const rank = (row) => { const k = ORDER.indexOf(row.state); return k < 0 ? ORDER.length : k; };

async function read() {
  if (state.mission.profile !== "mission") return null;
  try {
    const rows = await ask("/api/feeds");
    return rows.sort((a, b) => rank(a) - rank(b) || String(a.feed).localeCompare(b.feed));
  } catch (error) {
    if (error.status === 404 || error.status === 403) return null;
    throw error;
  }
}
// Whether this reader has a view of the feeds; the watch page says at once which are silent.
export async function feedsHere() {
  const rows = await read();
  warn(rows || []);
  return rows === null ? [] : ["feeds"];
}
const count = (x) => x === null || x === undefined ? "–" : String(x);
const called = (row) => row.called || row.feed;
const said = (row) => word("room.feed_" + row.state);
function warn(rows) {
  const quiet = rows.filter((row) => row.state === "silent" || row.state === "failed");
  const line = (row) => make("li", { "data-feed": row.feed }, tone(said(row), TONE[row.state]), " ",
    word(row.since ? "room.feed_not_counted" : "room.feed_not_counted_yet", { feed: called(row), time: local(row.since) }));
  for (const list of document.querySelectorAll(".notices")) list.replaceChildren(...quiet.map(line));
}
async function feeds() {
  const rows = await read(), place = document.querySelector("#view-feeds > div");
  if (rows === null) { place.replaceChildren(make("p", { text: word("room.none") })); return; }
  warn(rows);
  const head = ["feed", "state", "feed_since", "feed_last_message", "feed_last_observed", "feed_messages", "feed_taken", "feed_doubled", "feed_set_aside", "feed_silent_after", "feed_says"];
  place.replaceChildren(make("p", { text: word("room.feeds_intro") }),
    table(word("room.feeds"), head.map((key) => word("room." + key)), rows.map((row) => [
      make("span", {}, called(row), make("span", { class: "small", text: " " + row.kind })), tone(said(row), TONE[row.state] || "blind"), local(row.since), local(row.last_message), local(row.last_observed),
      count(row.messages), count(row.taken), count(row.doubled), count(row.set_aside), count(row.silent_after_min), row.says]), word("room.feeds_none")));
}
export const FEEDS = { feeds };
on("changed", async () => { if (state.me) warn(await read() || []); });
