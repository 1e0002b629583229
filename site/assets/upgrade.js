"use strict";
/* The comparison of two releases, from the changes of each series between them. */
(() => {
  const pair = document.getElementById("pair");
  const filter = document.getElementById("filter");
  const list = document.getElementById("changes");
  const status = document.getElementById("status");
  const { series, lines } = window.siteNames;
  const RANK = { breaking: 0, dangerous: 1, compatible: 2 };
  let latest = 0;

  function load(name) {
    if ((window.siteSteps || {})[name]) return Promise.resolve();
    return new Promise(resolve => {
      const script = document.createElement("script");
      script.src = `steps/${name}.js`;
      script.onload = script.onerror = resolve;
      document.head.append(script);
    });
  }

  function fileName(name) {
    return name.replace(/[^A-Za-z0-9_.+-]/gu, character => "~" + character.codePointAt(0).toString(16));
  }

  /* The changes after one release up to another, by the entity. */
  function collect(names) {
    const groups = new Map();
    for (const name of names) {
      for (const [kind, entity, effect, behaviour, message, advice] of window.siteSteps[name] || []) {
        const key = `${kind}/${fileName(entity)}`;
        if (!groups.has(key)) groups.set(key, { kind, entity, path: `${key}.html`, changes: [] });
        groups.get(key).changes.push({ series: name, effect, behaviour, message, advice });
      }
    }
    return [...groups.values()];
  }

  /* The first series of each command, event and device. */
  const firstSeries = new Map(lines.trimEnd().split("\n").map(line => {
    const [code, name, range] = line.split("\t");
    return [`${code}/${name}`, parseInt(range[0], 36)];
  }));

  /* What the old release does not have cannot break a program that was written for it. */
  function isNew(group, low) {
    return firstSeries.get(`${group.kind[0]}/${group.entity}`) > low;
  }

  function text(tag, content, name) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    for (const [index, part] of content.split("`").entries()) {
      if (index % 2) element.append(Object.assign(document.createElement("code"), { textContent: part }));
      else element.append(part);
    }
    return element;
  }

  function changeItem(change) {
    const item = document.createElement("li");
    const body = text("span", "", "text");
    body.append(text("span", `${change.series}${change.behaviour ? ", not visible in the schema" : ""} `, "since"), text("span", change.message));
    if (change.advice) {
      const advice = document.createElement("p");
      advice.className = "advice";
      advice.append(Object.assign(document.createElement("strong"), { textContent: "Advice: " }), text("span", change.advice));
      body.append(advice);
    }
    item.append(text("span", change.effect, `badge ${change.effect}`), body);
    return item;
  }

  function section(group) {
    const section = document.createElement("section");
    section.className = "group";
    const heading = document.createElement("h3");
    const link = text("a", `\`${group.entity}\``);
    link.href = group.path;
    heading.append(link, text("span", ` ${group.kind}`, "since"));
    const changes = document.createElement("ul");
    changes.className = "changes";
    changes.append(...group.changes.map(changeItem));
    section.append(heading, changes);
    return section;
  }

  function worst(group) { return Math.min(...group.changes.map(change => RANK[change.effect])); }

  async function show() {
    const from = pair.elements.from.value, to = pair.elements.to.value;
    const name = filter.elements.name.value.trim().toLowerCase(), all = filter.elements.all.checked;
    remember(from, to, name, all);
    const own = ++latest;
    const [low, high] = [series.indexOf(from), series.indexOf(to)];
    if (high <= low) {
      list.replaceChildren();
      status.textContent = low === high ? "Both releases are the same." : `${to} is older than ${from}: choose the release that you upgrade from first.`;
      return;
    }
    const names = series.slice(low + 1, high + 1);
    await Promise.all(names.map(load));
    if (own !== latest) return;
    const groups = collect(names).filter(group => !name || group.entity.toLowerCase().includes(name));
    for (const group of groups) {
      if (!all) group.changes = isNew(group, low) ? [] : group.changes.filter(change => change.effect !== "compatible");
      group.changes.sort((left, right) => RANK[left.effect] - RANK[right.effect]);
    }
    const exact = group => (group.entity.toLowerCase() === name ? 0 : 1);
    const shown = groups.filter(group => group.changes.length);
    shown.sort((left, right) => exact(left) - exact(right) || worst(left) - worst(right) || (left.entity < right.entity ? -1 : 1));
    list.replaceChildren(...shown.map(section));
    const count = effect => shown.reduce((sum, group) => sum + group.changes.filter(change => change.effect === effect).length, 0);
    const counts = ["breaking", "dangerous"].concat(all ? ["compatible"] : []).map(effect => `${count(effect)} ${effect}`);
    status.textContent = shown.length ? `From ${from} to ${to}: ${counts.join(", ")} change${shown.length === 1 ? "" : "s"}.` : `From ${from} to ${to}: nothing${name ? ` with “${name}” in its name` : ""} changed${all ? "" : " incompatibly"}.`;
  }

  function remember(from, to, name, all) {
    const state = new URLSearchParams({ from, to });
    if (name) state.set("name", name);
    if (all) state.set("all", "1");
    try { history.replaceState(null, "", `?${state}`); } catch { /* A page without an address of its own. */ }
  }

  const state = new URLSearchParams(location.search);
  for (const end of ["from", "to"]) if (series.includes(state.get(end))) pair.elements[end].value = state.get(end);
  filter.elements.name.value = state.get("name") || "";
  filter.elements.all.checked = state.has("all");
  for (const form of [pair, filter]) {
    form.addEventListener("input", show);
    form.addEventListener("submit", event => { event.preventDefault(); show(); });
  }
  show();
})();
