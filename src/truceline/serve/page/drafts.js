// What is half typed stays: a form drawn anew is filled in again, and whoever types in it keeps their place.
const held = new Map();

// Keep what is typed into a form under a key, and fill in what was kept.
export function draft(form, key) {
  form.dataset.draft = key;
  form.addEventListener("input", () => held.set(key, Object.fromEntries(new FormData(form))));
  for (const [name, value] of Object.entries(held.get(key) || {})) {
    const field = form.elements[name];
    if (!field || field.value === value || (field.options && ![...field.options].some((one) => one.value === value))) continue;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true })); // what hangs on it is laid before the next is filled in
  }
  return form;
}
export const done = (key) => held.delete(key);
// Draw a place anew without moving whoever is in it.
export function steady(place, drawAnew) {
  const field = document.activeElement, form = field && field.form, top = place.scrollTop;
  const was = form && place.contains(field) && form.dataset.draft ? [form.dataset.draft, field.name, field.type === "textarea" || field.type === "text" ? [field.selectionStart, field.selectionEnd] : null] : null;
  drawAnew();
  place.scrollTop = top;
  const again = was && [...place.querySelectorAll("form")].find((one) => one.dataset.draft === was[0]), now = again && (again.elements[was[1]] || again.querySelector("button"));
  if (!now) return;
  now.focus({ preventScroll: true });
  if (was[2] && now.setSelectionRange) now.setSelectionRange(...was[2]);
}
