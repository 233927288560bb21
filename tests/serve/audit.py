"""What a page that is open in a browser breaks of WCAG 2.2 AA, as far as a browser can work it out."""

from pathlib import Path

# Colours are those that are computed: of every text its own and, beneath it, all that is not transparent.
AUDIT = Path(__file__).with_name("audit.js").read_text(encoding="utf-8")

# Everything that can be reached, in the order in which it is written; and what has the keyboard now.
REACHABLE = r"""[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((e) => e.tabIndex >= 0 && !e.disabled && !e.closest("[inert]"))
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .map((e, k) => { e.dataset.turn = k; return k; })"""
HELD = r"""(() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const within = (at, most) => Math.min(most - 2, Math.max(1, at));
  const x = within(box.left + Math.min(box.width / 2, 30), innerWidth);
  const at = document.elementFromPoint(x, within(box.top + Math.min(box.height / 2, 12), innerHeight));
  const free = at === null || e.contains(at) || at.contains(e) || [...(e.labels || [])].some((l) => l.contains(at));
  return { turn: e.dataset.turn === undefined ? -1 : Number(e.dataset.turn), free, what: e.outerHTML.slice(0, 90),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
})()"""
