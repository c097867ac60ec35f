"use strict";
// The switch between light and dark; the choice stays in the browser where that is allowed.
(() => {
  const KEY = "scangate-theme";
  const root = document.documentElement;
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  const stored = () => {
    try { return localStorage.getItem(KEY) || "auto"; } catch { return "auto"; }
  };
  apply(stored());
  document.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("theme-box");
    const select = document.getElementById("theme");
    select.value = root.dataset.theme || "auto";
    box.hidden = false;
    select.addEventListener("change", () => {
      apply(select.value);
      try { localStorage.setItem(KEY, select.value); } catch { /* a page from a file may have no storage */ }
    });
  });
})();
