// Single keys: an element with data-key is pressed, checked or entered by that key; ? shows which there are. Never while somebody types.
"use strict";
(() => {
  const dialog = document.getElementById("keys");
  const keyed = () => [...document.querySelectorAll("[data-key]")];
  const named = (one) => (one.closest("label") || document.querySelector(`label[for="${one.id}"]`) || one).textContent.trim();
  const writing = (one) => one instanceof HTMLElement && (one.matches("textarea, select, input:not([type=radio]):not([type=checkbox])") || one.isContentEditable);
  const show = () => {
    const list = dialog.querySelector("dl");
    list.replaceChildren();
    for (const one of keyed()) {
      const row = document.createElement("div"), key = document.createElement("dt"), what = document.createElement("dd");
      key.textContent = one.dataset.key;
      what.textContent = named(one);
      row.append(key, what);
      list.append(row);
    }
    dialog.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && writing(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || dialog.open || writing(event.target)) return;
    if (event.key === "?") { event.preventDefault(); show(); return; }
    const one = keyed().find((each) => each.dataset.key === event.key);
    if (!one) return;
    event.preventDefault();
    if (one.matches("input[type=text], input:not([type]), textarea")) one.focus(); else one.click();
  });
})();
