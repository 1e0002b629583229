"use strict";
(() => {
  const form = document.getElementById("filter");
  const count = document.getElementById("count");
  const findings = [...document.querySelectorAll("article.finding")];
  const groups = [...document.querySelectorAll("section.group")];
  const ticked = name => new Set([...form.querySelectorAll(`input[name=${name}]:checked`)].map(box => box.value));

  function apply() {
    const severities = ticked("severity"), directions = ticked("direction");
    const command = form.elements.command.value, words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const used = form.elements.used && form.elements.used.checked;
    let shown = 0;
    for (const finding of findings) {
      const data = finding.dataset;
      const text = finding.textContent.toLowerCase() + " " + data.targets.toLowerCase();
      const fits = severities.has(data.severity) && directions.has(data.direction)
        && (!command || data.targets.split(" ").includes(command))
        && (!used || data.used === "yes")
        && words.every(word => text.includes(word));
      finding.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    const filtered = command || words.length || used;
    for (const group of groups) {
      const all = [...group.querySelectorAll("article.finding")];
      const any = all.some(finding => !finding.hidden);
      const alone = !filtered && group.dataset.notes === "yes";
      group.hidden = !(any || alone || (command && command === group.dataset.name));
      for (const list of group.querySelectorAll("details.compatible-list")) {
        const there = list.querySelectorAll("article.finding:not([hidden])").length;
        list.hidden = there === 0;
        if (filtered && there) list.open = true;
      }
    }
    count.textContent = `${shown} of ${findings.length} findings`;
    remember(severities, directions, command, form.elements.text.value);
  }

  function remember(severities, directions, command, text) {
    const state = new URLSearchParams();
    if (severities.size < 3) state.set("severity", [...severities].join(","));
    if (directions.size < 3) state.set("direction", [...directions].join(","));
    if (command) state.set("command", command);
    if (text) state.set("text", text);
    const query = state.toString();
    try { history.replaceState(null, "", (query ? "?" + query : location.pathname) + location.hash); } catch { /* A page without an address of its own. */ }
  }

  function recall() {
    const state = new URLSearchParams(location.search);
    for (const name of ["severity", "direction"]) {
      if (!state.has(name)) continue;
      const wanted = state.get(name).split(",");
      for (const box of form.querySelectorAll(`input[name=${name}]`)) box.checked = wanted.includes(box.value);
    }
    form.elements.command.value = state.get("command") || "";
    form.elements.text.value = state.get("text") || "";
  }

  /* What a link names is shown, whatever the filter hides. */
  function reveal() {
    const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!named) return;
    for (let at = named; at; at = at.parentElement) {
      at.hidden = false;
      if (at.tagName === "DETAILS") at.open = true;
    }
    named.scrollIntoView();
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(list => { list.open = true; }));
  form.hidden = false;
  recall();
  apply();
  reveal();
})();
