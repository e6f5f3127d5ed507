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
});
