(() => {
  const found = [], seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const rgba = (text) => { const v = text.match(/[\d.]+/g).map(Number); return v.length < 4 ? [...v.slice(0, 3), 1] : v; };
  const over = (a, b) => [0, 1, 2].map((k) => a[k] * a[3] + b[k] * (1 - a[3])).concat(1);
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, w, k) => {
    const v = c[k] / 255;
    return sum + w * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const ground = (e) => {
    const layers = [];
    for (let one = e; one; one = one.parentElement) layers.push(rgba(getComputedStyle(one).backgroundColor));
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return layers.reverse().reduce((under, layer) => over(layer, under), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const hidden = (e) => e.closest(".unseen-text, .skip:not(:focus)") !== null;
  const name = (e) => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}${e.className && e.className.baseVal === undefined ? "." + String(e.className).replaceAll(" ", ".") : ""} '${(e.textContent || "").trim().slice(0, 30)}'`;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || ["SCRIPT", "STYLE", "OPTION"].includes(e.tagName) || !seen(e) || hidden(e) || e.disabled) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const got = ratio(over(rgba(style.color), ground(e)), ground(e));
    if (got < (large ? 3 : 4.5)) found.push(`contrast ${got.toFixed(2)} of ${name(e)}`);
  }
  for (const e of document.querySelectorAll("input, select, textarea, button:not(.link)")) {
    const style = getComputedStyle(e);
    if (!seen(e) || e.disabled || e.type === "range" || parseFloat(style.borderTopWidth) === 0 || e.closest(".maplibregl-ctrl")) continue;
    const got = ratio(over(rgba(style.borderTopColor), ground(e.parentElement)), ground(e.parentElement));
    if (got < 3) found.push(`edge ${got.toFixed(2)} of ${name(e)}`);
  }
  const named = (e) => (e.getAttribute("aria-label") || e.title || (e.labels && [...e.labels].map((l) => l.textContent).join("")) || (e.getAttribute("aria-labelledby") || "").split(" ").map((id) => (document.getElementById(id) || {}).textContent || "").join("") || e.textContent || "").trim();
  for (const e of document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, nav, aside, [role=application], [role=region], [role=img], [role=group], [tabindex='0']")) {
    if (!seen(e)) continue;
    if (!named(e) && e.tagName !== "FORM") found.push(`no name for ${name(e)}`);
    const { width, height } = e.getBoundingClientRect();
    if (e.matches("button, select, input, summary") && (width < 24 || height < 24) && e.type !== "range") found.push(`${Math.round(width)} x ${Math.round(height)} px is small for ${name(e)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) found.push(`id ${id} twice`);
  for (const e of document.querySelectorAll("[role=img]")) if (e.querySelector("a, button, [tabindex]")) found.push(`controls within the picture ${name(e)}`);
  for (const [what, selector] of [["main", "main"], ["header", "body > header"], ["footer", "body > footer"]]) if (document.querySelectorAll(selector).length !== 1) found.push(`not one ${what}`);
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  if (wide > room) found.push(`${wide} px wide in ${room}`);
  for (const e of document.querySelectorAll("button, h1, h2, h3, th, label, .tone, dt, p")) {
    const style = getComputedStyle(e);
    if (seen(e) && !hidden(e) && style.overflowX === "hidden" && e.scrollWidth > e.clientWidth + 1) found.push(`cut: ${name(e)}`);
  }
  for (const e of document.querySelectorAll("button, select, input, textarea, h1, h2, h3, p, .tone, dt, dd")) {
    if (seen(e) && !hidden(e) && !e.closest(".scroll, #map") && e.getBoundingClientRect().right > room + 1) found.push(`beyond the edge: ${name(e)}`);
  }
  return [...new Set(found)];
})()
