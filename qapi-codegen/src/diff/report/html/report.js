"use strict";
(() => {
  const form = document.getElementById("filter");
  const count = document.getElementById("count");
  const nothing = document.getElementById("nothing");
  const entries = [...document.querySelectorAll(".entry")];
  const lists = [...document.querySelectorAll("details")].filter(list => list.querySelector(".entry"));
  const sections = [...document.querySelectorAll("section.group, section.types")];
  const boxes = name => [...form.querySelectorAll(`input[name=${name}]`)];
  const ticked = name => new Set(boxes(name).filter(box => box.checked).map(box => box.value));
  const isShown = entry => !entry.hidden;
  const texts = new Map(entries.map(entry => [entry, (entry.textContent + " " + entry.dataset.targets).toLowerCase()]));
  let target = "";

  function apply() {
    const severities = ticked("severity"), subjects = ticked("subject"), used = ticked("used").size > 0;
    const command = form.elements.command.value, words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const entry of entries) {
      const data = entry.dataset;
      entry.hidden = !(severities.has(data.severity) && subjects.has(data.subject)
        && (!command || data.targets.split(" ").includes(command))
        && (!used || data.used === "yes")
        && words.every(word => texts.get(entry).includes(word)));
    }
    const shown = entries.filter(isShown).length;
    const isFiltered = shown < entries.length;
    for (const list of lists) {
      const any = [...list.querySelectorAll(".entry")].some(isShown);
      list.hidden = !any;
      if (any && (command || words.length || used)) list.open = true;
    }
    for (const section of sections) {
      const any = [...section.querySelectorAll(".entry")].some(isShown);
      section.hidden = isFiltered && !any;
    }
    nothing.hidden = shown > 0;
    count.textContent = `${shown} of ${entries.length} entries`;
    remember();
  }

  /* The address has what is shown: the target of a link, then the filter. */
  function remember() {
    const state = new URLSearchParams();
    for (const name of ["severity", "subject"]) {
      if (ticked(name).size < boxes(name).length) state.set(name, [...ticked(name)].join(","));
    }
    if (ticked("used").size) state.set("used", "yes");
    for (const name of ["command", "text"]) {
      if (form.elements[name].value) state.set(name, form.elements[name].value);
    }
    const hash = [target, state.toString()].filter(Boolean).join("&");
    try { history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search); } catch { /* A page without an address of its own. */ }
  }

  /* A link without a filter keeps the present one. */
  function recall() {
    const parts = location.hash.slice(1).split("&");
    target = parts[0].includes("=") ? "" : decodeURIComponent(parts.shift());
    const state = new URLSearchParams(parts.join("&"));
    if (state.size === 0) return;
    for (const name of ["severity", "subject", "used"]) {
      const wanted = state.has(name) ? state.get(name).split(",") : null;
      for (const box of boxes(name)) box.checked = wanted ? wanted.includes(box.value) : name !== "used";
    }
    for (const name of ["command", "text"]) form.elements[name].value = state.get(name) || "";
  }

  /* What a link names is shown, whatever the filter hides. */
  function reveal() {
    for (const marked of document.querySelectorAll(".target")) marked.classList.remove("target");
    const named = target && document.getElementById(target);
    if (!named) return;
    for (let at = named; at; at = at.parentElement) {
      at.hidden = false;
      if (at.tagName === "DETAILS") at.open = true;
    }
    named.classList.add("target");
    named.scrollIntoView();
  }

  function follow() {
    recall();
    apply();
    reveal();
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => document.querySelectorAll("article > details").forEach(list => { list.open = true; }));
  form.hidden = false;
  follow();
})();
