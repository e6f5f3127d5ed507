// Small comforts; every form works without them.
"use strict";
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
// What only one answer needs, like the reason of a no, is asked for before that answer is sent.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  for (const it of button?.form?.querySelectorAll("[data-needed-by]") ?? []) it.required = it.dataset.neededBy === button.value;
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-back]");
  if (link && window.history.length > 1) { event.preventDefault(); window.history.back(); }
  if (event.target.closest("[data-print]")) window.print();
  const save = event.target.closest("[data-save]");
  if (save) {
    const file = new Blob([document.getElementById(save.dataset.save).value], { type: "text/plain" });
    const way = document.createElement("a");
    way.href = URL.createObjectURL(file);
    way.download = save.dataset.name;
    way.click();
    window.setTimeout(() => URL.revokeObjectURL(way.href), 1000);
  }
});
// An open group of the navigation closes on Escape and when somebody turns to something else.
const closeNav = (but) => {
  for (const it of document.querySelectorAll("nav details[open]")) {
    if (but && it.contains(but)) continue;
    if (!but && it.contains(document.activeElement)) it.querySelector("summary").focus();
    it.open = false;
  }
};
document.addEventListener("click", (event) => closeNav(event.target));
document.addEventListener("focusin", (event) => closeNav(event.target));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeNav(null); });
// "/" leads to the search box, as long as nobody is typing.
document.addEventListener("keydown", (event) => {
  const box = document.getElementById("find");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (!box || typing || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  box.focus();
});
// A chart's lines and their rows in its table are there while their box is ticked; without script the form does it.
document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-series]");
  if (!box) return;
  for (const it of document.querySelectorAll("[data-of]")) {
    if (it.dataset.of === box.value) it.classList.toggle("off", !box.checked);
  }
});
// Time left, counted from what the server said; the server decides. A page reloads when a time is over or when it
// is to be kept fresh, but never while somebody is choosing or typing.
(() => {
  const seen = performance.now();
  const clocks = [...document.querySelectorAll("[data-left]")];
  const fresh = document.querySelector("[data-refresh]");
  const busy = () => document.querySelector("main input[type=radio]:checked, main details[open]") || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  const two = (n) => String(n).padStart(2, "0");
  const tick = () => {
    const passed = performance.now() - seen;
    let over = false;
    for (const clock of clocks) {
      const left = Math.max(0, Math.ceil((clock.dataset.left - passed) / 1000));
      clock.textContent = `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
      over = over || (left === 0 && passed > 1500);
    }
    if (fresh && (over || passed > fresh.dataset.refresh * 1000) && !busy()) location.replace(fresh.querySelector("a").href);
  };
  if (!clocks.length && !fresh) return;
  tick();
  setInterval(tick, 1000);
})();
// Long numbers are grouped by threes to the eye; read aloud or copied, they are as they were.
for (const place of document.querySelectorAll("td.n, .big, dd strong")) {
  for (const node of [...place.childNodes, ...[...place.querySelectorAll("a, strong, span")].flatMap((it) => [...it.childNodes])]) {
    const parts = node.nodeType === Node.TEXT_NODE && node.data.match(/^(\s*[-+]?)(\d{5,})((?:\.\d+)?\s*)$/);
    if (!parts) continue;
    const [first, ...threes] = parts[2].replace(/\B(?=(\d{3})+$)/g, " ").split(" ");
    const spans = threes.map((digits) => Object.assign(document.createElement("span"), { className: "three", textContent: digits }));
    node.replaceWith(parts[1] + first, ...spans, parts[3]);
  }
}
