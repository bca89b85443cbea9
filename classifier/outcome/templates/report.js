"use strict";
// Only comfort: everything can be read without it. No post is ever turned into markup here.
(() => {
  const byId = (id) => document.getElementById(id);
  const accounts = [...document.querySelectorAll("article.account")];
  if (!accounts.length) return;
  const find = byId("find");
  const texts = accounts.map((account) => account.textContent.toLowerCase());
  let current = -1;

  const visible = () => accounts.filter((account) => !account.hidden);

  const sift = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    accounts.forEach((account, number) => {
      const wanted = byId("show-" + account.dataset.verdict).checked;
      account.hidden = !(wanted && words.every((word) => texts[number].includes(word)));
    });
    const left = visible().length;
    byId("found").value = left === accounts.length ? "" : left + " / " + accounts.length;
    byId("none-found").hidden = left > 0;
  };

  const go = (step) => {
    const shown = visible();
    if (!shown.length) return;
    const at = shown.indexOf(accounts[current]);
    const next = shown[Math.min(Math.max(at + step, 0), shown.length - 1)];
    current = accounts.indexOf(next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  };

  byId("tools").hidden = false;
  find.addEventListener("input", sift);
  byId("show-flag").addEventListener("change", sift);
  byId("show-review").addEventListener("change", sift);
  accounts.forEach((account, number) => account.addEventListener("focusin", () => { current = number; }));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target === find) {
      if (event.key === "Escape") { find.value = ""; sift(); find.blur(); }
      return;
    }
    if (event.key === "/") { event.preventDefault(); find.focus(); }
    else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "o" && accounts[current]) {
      const posts = accounts[current].querySelector("details");
      if (posts) posts.open = !posts.open;
    }
  });
})();
