"use strict";
(() => {
  const form = document.getElementById("find");
  const count = document.getElementById("count");
  const items = [...document.querySelectorAll("#list > .story")];
  const field = (name) => document.getElementById(name);
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map();
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, plain(item.textContent + " " + item.dataset.find));
    return texts.get(item);
  };
  const show = () => {
    const words = plain(field("words").value).split(/\s+/).filter(Boolean);
    const topic = field("topic").value;
    const stage = field("stage").value;
    const language = field("language").value;
    const told = field("told").checked;
    let shown = 0;
    for (const item of items) {
      const fits =
        (!topic || item.dataset.topic === topic) &&
        (!stage || item.dataset.stages.includes("|" + stage + "|")) &&
        (!language || item.dataset.languages.includes("|" + language + "|")) &&
        (!told || "told" in item.dataset) &&
        words.every((word) => textOf(item).includes(word));
      item.hidden = !fits;
      if (fits) shown += 1;
    }
    const all = items.length;
    count.textContent = shown === all
      ? `${all} ${all === 1 ? "story" : "stories"}, last changed first.`
      : `${shown} of ${all} ${all === 1 ? "story" : "stories"}.`;
  };
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
