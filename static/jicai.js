// Small comforts; every form works without them.
"use strict";
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
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
