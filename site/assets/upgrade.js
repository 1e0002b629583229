"use strict";
/* The comparison of two releases: the report of the checker, or without it the
   changes of each series between them. */
(() => {
  const pair = document.getElementById("pair");
  const filter = document.getElementById("filter");
  const list = document.getElementById("changes");
  const status = document.getElementById("status");
  const save = document.getElementById("save");
  const { series, definitions, text, advice, remember, recall, loadScript } = window.sitePage;
  const RANK = { breaking: 0, dangerous: 1, compatible: 2 };
  const EFFECTS = { refuses: "breaking", changes: "dangerous", accepts: "compatible" };
  const MAX_PATHS = 6;
  const paths = new Map(definitions.map(own => [`${own.kind}/${own.name}`, own]));
  const reports = new Map();

  function between(from, to) {
    const [low, high] = [series.indexOf(from), series.indexOf(to)].sort((left, right) => left - right);
    return series.slice(low, high + 1);
  }

  function ask(kind, from, to) {
    const parts = ["knowledge", "builds", "command-lines", ...between(from, to)];
    return window.siteChecker.ask({ ask: kind, from, to }, parts);
  }

  /* The entries of the report, which is that of `cargo xtask diff`. */
  async function compare(from, to) {
    const key = `${from} ${to}`;
    if (!reports.has(key)) reports.set(key, ask("compare", from, to).then(JSON.parse));
    return reportEntries(await reports.get(key));
  }

  function reportEntries(report) {
    const found = report.findings.map(own => ({
      name: own.target, kind: own.direction === "event" ? "event" : "command", effect: own.severity,
      since: own.since, message: own.message, advice: own.severity === "compatible" ? "" : own.migration,
      also: own.also, names: own.targets,
    }));
    const behaviour = report.behaviour.flatMap(own => {
      const note = { effect: own.undone ? "compatible" : EFFECTS[own.effect], since: `${own.since.join(", ")}, not visible in the schema`,
        message: (own.undone ? "No longer true: " : "") + own.what, advice: own.undone ? "" : own.todo, also: [], id: own.id };
      const names = [...own.commands.map(name => ({ name, kind: "command" })), ...own.events.map(name => ({ name, kind: "event" }))];
      return (names.length ? names : [{ name: "the protocol as a whole", kind: "" }]).map(({ name, kind }) => ({ ...note, name, kind, names: [name] }));
    });
    const deprecations = report.deprecations.map(own => ({ effect: "deprecation", name: own.target, kind: "command",
      since: own.since, message: own.message, advice: own.todo, also: [], names: [own.target] }));
    return { entries: found.concat(behaviour), deprecations, counts: report.summary };
  }

  /* The entries without the checker: what each series between the two changed. */
  async function compareSteps(from, to) {
    const names = between(from, to).slice(1);
    await Promise.all(names.map(name => loadScript(`steps/${name}.js`).catch(() => {})));
    const low = series.indexOf(from);
    const entries = names.flatMap(since => (window.siteSteps[since] || []).map(([kind, name, effect, behaviour, message, note]) => {
      /* What the old release does not have cannot break a program that was written for it. */
      const own = paths.get(`${kind}/${name}`);
      return { name, kind, effect: own && own.first > low ? "compatible" : effect, since: since + (behaviour ? ", not visible in the schema" : ""),
        message, advice: note, also: [], names: [name] };
    }));
    return { entries, deprecations: [], counts: null };
  }

  function changeItem(change) {
    const item = text("li", "");
    const body = text("span", "", "text");
    if (change.since) body.append(text("span", `since ${change.since} `, "since"));
    body.append(text("span", change.message));
    if (change.advice) body.append(advice(change.advice));
    if (change.also.length) {
      const more = change.also.length - MAX_PATHS;
      body.append(text("p", `Also at ${change.also.slice(0, MAX_PATHS).map(path => `\`${path}\``).join(", ")}${more > 0 ? ` and ${more} more` : ""}.`, "since wide"));
    }
    const effect = change.effect === "deprecation" ? "dangerous" : change.effect;
    item.append(text("span", change.effect, `badge ${effect}`), body);
    return item;
  }

  function section(group) {
    const section = text("section", "", "changed");
    const heading = text("h3", "");
    const own = paths.get(`${group.kind}/${group.name}`);
    const page = own ? own.path : group.name === "command line" ? "options.html" : "";
    if (page) heading.append(Object.assign(text("a", `\`${group.name}\``), { href: page }));
    else heading.append(text("span", group.name));
    if (own) heading.append(text("span", ` ${group.kind}`, "since"));
    const changes = text("ul", "", "changes");
    changes.append(...group.changes.map(changeItem));
    section.append(heading, changes);
    return section;
  }

  function grouped(entries) {
    const groups = new Map();
    for (const entry of entries) {
      const key = `${entry.kind}/${entry.name}`;
      if (!groups.has(key)) groups.set(key, { kind: entry.kind, name: entry.name, changes: [] });
      groups.get(key).changes.push(entry);
    }
    for (const { changes } of groups.values()) changes.sort((left, right) => RANK[left.effect] - RANK[right.effect]);
    return [...groups.values()];
  }

  /* Most breaking changes first, then most dangerous ones. */
  function compareGroups(left, right) {
    const count = (group, effect) => group.changes.filter(change => change.effect === effect).length;
    const orders = Object.keys(RANK).map(effect => count(right, effect) - count(left, effect));
    return orders.find(Boolean) || (left.name < right.name ? -1 : 1);
  }

  function isNamed(entry, name) {
    return [entry.message, ...entry.names, ...entry.also].some(own => own.toLowerCase().includes(name));
  }

  function countText(counts, all) {
    const shown = ["breaking", "dangerous"].concat(all ? ["compatible"] : []);
    return shown.map(effect => `${counts[effect]} ${effect}`).join(", ");
  }

  function present({ entries, deprecations, counts }, { from, to, name, all }) {
    const isWanted = entry => (all || entry.effect !== "compatible") && (!name || isNamed(entry, name));
    const shown = grouped(entries.filter(isWanted));
    const exact = group => (group.name.toLowerCase() === name ? 0 : 1);
    shown.sort((left, right) => exact(left) - exact(right) || compareGroups(left, right));
    const sections = shown.map(section);
    const planned = deprecations.filter(entry => !name || isNamed(entry, name));
    if (planned.length) sections.push(text("h2", "Deprecations"), ...grouped(planned).map(section));
    list.replaceChildren(...sections);
    const own = { breaking: 0, dangerous: 0, compatible: 0 };
    for (const change of new Set(shown.flatMap(group => group.changes.map(change => change.id || change)))) {
      own[change.effect || entries.find(entry => entry.id === change).effect] += 1;
    }
    const sum = name || !counts ? own : counts;
    status.textContent = shown.length || planned.length
      ? `From ${from} to ${to}: ${countText(sum, all)} changes${name ? ` with “${name}”` : ""}.`
      : `From ${from} to ${to}: nothing${name ? ` with “${name}”` : ""} changed${all ? "" : " incompatibly"}.`;
  }

  let latest = 0;
  async function show() {
    const state = { from: pair.elements.from.value, to: pair.elements.to.value,
      name: filter.elements.name.value.trim().toLowerCase(), all: filter.elements.all.checked };
    const { from, to, name, all } = state;
    remember({ from, to, ...(name && { name }), ...(all && { all: 1 }) });
    const own = ++latest;
    const isOlder = !window.siteChecker && series.indexOf(to) < series.indexOf(from);
    if (save) save.hidden = from === to;
    if (from === to || isOlder) {
      list.replaceChildren();
      status.textContent = from === to ? "Both releases are the same." : `${to} is older than ${from}: choose the release that you upgrade from first.`;
      return;
    }
    if (!reports.has(`${from} ${to}`)) status.textContent = "Comparing …";
    try {
      const compared = await (window.siteChecker ? compare : compareSteps)(from, to);
      if (own === latest) present(compared, state);
    } catch (error) {
      if (own === latest) status.textContent = `The comparison failed: ${error.message}.`;
    }
  }

  /* Saves the report, with requests before and after and what was not compared. */
  async function saveReport() {
    const from = pair.elements.from.value, to = pair.elements.to.value;
    const page = new Blob([await ask("report", from, to)], { type: "text/html" });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(page), download: `${from}-to-${to}.html` });
    link.click();
  }

  const state = recall(pair);
  filter.elements.name.value = state.get("name") || "";
  filter.elements.all.checked = state.has("all");
  for (const form of [pair, filter]) {
    form.addEventListener("input", show);
    form.addEventListener("submit", event => { event.preventDefault(); show(); });
  }
  if (save) save.addEventListener("click", saveReport);
  show();
})();
