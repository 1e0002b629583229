"use strict";
/* The search of the start page over the names of names.js and members.js. */
(() => {
  const input = document.getElementById("q");
  const results = document.getElementById("results");
  const status = document.getElementById("status");
  const MAX_RESULTS = 40;
  const { series, lines } = window.siteNames;
  const KINDS = { c: "command", e: "event", t: "type", n: "type", d: "device", o: "option", m: "machine", u: "cpu" };
  const NOUNS = { machine: "machine type", cpu: "CPU model" };
  const MEMBERS = { command: "argument", event: "member", device: "property", option: "parameter" };
  /* Their answers are the removals that lists of builds show. */
  const LISTED = ["device", "machine", "cpu"];
  const PROGRAMS = [["", ""], ["guest-agent/", " of the guest agent"], ["storage-daemon/", " of the storage daemon"]];
  const ORDER = { command: 0, event: 1, device: 2, option: 2, type: 3, machine: 4, cpu: 5 };
  const definitions = lines.trimEnd().split("\n").map(definition);
  let members = null;

  function definition(line) {
    const [code, name, range, flags, answer] = line.split("\t");
    const program = code.startsWith(".") ? 2 : code === code.toUpperCase() ? 1 : 0;
    const kind = KINDS[code.slice(-1).toLowerCase()];
    const path = `${PROGRAMS[program][0]}${kind}/${fileName(name)}.html`;
    return { name, kind, program, path, answer, isEnum: code.toLowerCase().endsWith("n"), removed: flags === "r", deprecated: flags === "d",
      first: parseInt(range[0], 36), last: parseInt(range[1], 36), lower: undashed(fold(name)) };
  }

  /* The rule of address.rs. */
  function fileName(name) {
    return name.replace(/[^A-Za-z0-9_.+-]/gu, character => "~" + character.codePointAt(0).toString(16));
  }

  /* Options are found with and without their dashes. */
  function undashed(text) { return text.replace(/^--?(?=[^-])/, ""); }

  function fold(text) { return text.toLowerCase().replaceAll("_", "-"); }

  /* The members, read on first use: each belongs to the definition of its line. */
  function readMembers() {
    const entries = window.siteMembers.entries.split(" ").map(entry => {
      const name = entry.slice(0, -2);
      return { name, lower: fold(name), first: parseInt(entry.at(-2), 36), last: parseInt(entry.at(-1), 36) };
    });
    const lines = window.siteMembers.lines.split("\n");
    members = [];
    definitions.forEach((owner, index) => {
      for (const number of lines[index].split(" ")) if (number) members.push({ ...entries[parseInt(number, 36)], owner });
    });
  }

  let loading = null;
  function loadMembers() {
    loading = loading || new Promise(resolve => {
      const script = document.createElement("script");
      script.src = "members.js";
      script.onload = () => { readMembers(); resolve(); };
      script.onerror = () => { members = []; resolve(); };
      document.head.append(script);
    });
    return loading;
  }

  /* How well a name fits a word: 0 is not at all. */
  function fit(lower, word) {
    if (lower === word) return 100;
    if (lower.startsWith(word)) return 40 + 20 * word.length / lower.length;
    const at = lower.indexOf(word);
    if (at < 0) return 0;
    return (/[^a-z0-9]/.test(lower[at - 1]) ? 20 : 8) + 8 * word.length / lower.length;
  }

  function searchWords(words) {
    const found = [];
    const whole = words.join(" ");
    for (const entry of definitions) {
      const fits = words.map(word => fit(entry.lower, word));
      if (fits.every(Boolean)) found.push({ entry, score: Math.min(...fits) + (entry.lower === whole ? 60 : 0) + 6 - weight(entry) });
    }
    for (const member of members || []) {
      const own = words.map(word => fit(member.lower, word));
      if (!own.some(Boolean)) continue;
      const owner = words.map(word => fit(member.owner.lower, word));
      const best = words.map((_, index) => Math.max(own[index], owner[index]));
      if (!best.every(Boolean)) continue;
      const both = words.length > 1 && owner.some(Boolean);
      found.push({ member, score: Math.min(...best) - (both ? 0 : 30) - weight(member.owner) });
    }
    return found.sort((left, right) => right.score - left.score || compare(left, right));
  }

  function weight(entry) { return ORDER[entry.kind] + 12 * entry.program; }

  function compare(left, right) {
    const text = hit => (hit.member ? hit.member.owner.name + " " + hit.member.name : hit.entry.name);
    return text(left).length - text(right).length || (text(left) < text(right) ? -1 : 1);
  }

  /* Searches for words; those that no name has are ignored, as in a question. */
  function search(query) {
    const all = fold(query).split(/[\s,?"'`]+/).filter(Boolean).map(undashed);
    const releases = all.filter(word => series.includes(word));
    let words = all.filter(word => !releases.includes(word));
    let found = searchWords(words.length ? words : ["\n"]);
    let ignored = [];
    if (!found.length && words.length > 1) {
      const names = new Set(definitions.map(entry => entry.lower).concat((members || []).map(member => member.lower)));
      const known = words.filter(word => names.has(word));
      ignored = words.filter(word => !known.includes(word));
      words = known;
      found = words.length ? searchWords(words) : [];
      for (let left = words.slice(0, -1); !found.length && left.length; left = left.slice(0, -1)) found = searchWords(left);
    }
    return { found, releases, words, ignored };
  }

  function range(entry) {
    const newest = series.length - 1;
    const from = series[entry.first], to = series[Math.min(entry.last, newest)];
    return entry.first === entry.last ? from : `${from} to ${to}`;
  }

  function memberWhen(member) {
    const { owner } = member, newest = Math.min(owner.last, series.length - 1);
    const parts = [];
    if (member.first > owner.first) parts.push(`since ${series[member.first]}`);
    if (member.last < newest) parts.push(`until ${series[member.last]}, removed in ${series[member.last + 1]}`);
    return parts.join(", ") || `since ${series[member.first]}${member.first === 0 ? " or before" : ""}`;
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

  function item(href, name, when, note) {
    const link = document.createElement("a");
    link.href = href;
    link.append(text("span", name, "name"), text("span", when, "when"));
    if (note) link.append(text("span", note, "note"));
    const element = document.createElement("li");
    element.append(link);
    return element;
  }

  function resultOf(hit) {
    if (hit.member) {
      const { owner, name } = hit.member;
      const noun = MEMBERS[owner.kind] || (owner.isEnum ? "value" : "member");
      return item(`${owner.path}#m-${encodeURIComponent(name)}`, `\`${name}\` ${noun} of ${owner.kind} \`${owner.name}\`${PROGRAMS[owner.program][1]}`, memberWhen(hit.member));
    }
    const { entry } = hit;
    const next = series[entry.last + 1];
    const isListed = LISTED.includes(entry.kind), kind = NOUNS[entry.kind] || entry.kind;
    const state = isListed && entry.removed ? entry.answer : entry.removed ? `removed in ${next}` : entry.deprecated ? "deprecated" : "";
    const note = isListed ? "" : entry.answer;
    return item(entry.path, `\`${entry.name}\` ${kind}${PROGRAMS[entry.program][1]}`, [range(entry), state].filter(Boolean).join(", "), note && `Instead: ${note}`);
  }

  /* Comparisons of the releases that a query names, for its best definitions. */
  function comparisons({ found, releases, words }) {
    if (releases.length < 2) return [];
    const [from, to] = releases;
    const link = name => {
      const address = new URLSearchParams(name ? { from, to, name } : { from, to });
      return item(`upgrade.html?${address}`, `What ${from} to ${to} breaks${name ? ` for \`${name}\`` : ""}`, "compare");
    };
    const named = found.filter(hit => hit.entry && !hit.entry.program && hit.entry.kind !== "type" && words.includes(hit.entry.lower));
    return named.slice(0, 3).map(hit => link(hit.entry.name)).concat(words.length ? [] : [link("")]);
  }

  function show() {
    const query = input.value.trim();
    results.replaceChildren();
    status.textContent = "";
    if (!query) return;
    const outcome = search(query);
    results.append(...comparisons(outcome), ...outcome.found.slice(0, MAX_RESULTS).map(resultOf));
    const count = outcome.found.length;
    const shown = count > MAX_RESULTS ? `, the first ${MAX_RESULTS} shown` : "";
    const ignored = outcome.ignored.length ? ` Ignored: ${outcome.ignored.join(", ")}.` : "";
    if (members) status.textContent = results.children.length ? `${count} result${count === 1 ? "" : "s"}${shown}.${ignored}` : `Nothing has this name.${ignored}`;
  }

  function remember() {
    const query = input.value.trim();
    try { history.replaceState(null, "", query ? "?" + new URLSearchParams({ q: query }) : location.pathname); } catch { /* A page without an address of its own. */ }
  }

  function update() {
    remember();
    show();
    if (!members) loadMembers().then(show);
  }

  input.addEventListener("input", update);
  input.form.addEventListener("submit", event => {
    event.preventDefault();
    const first = results.querySelector("a");
    if (first) first.focus();
  });
  input.addEventListener("keydown", event => {
    const first = results.querySelector("a");
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
  });
  results.addEventListener("keydown", event => {
    const links = [...results.querySelectorAll("a")], at = links.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || at < 0) return;
    event.preventDefault();
    (links[at + step] || (step < 0 ? input : links[at])).focus();
  });
  input.value = new URLSearchParams(location.search).get("q") || "";
  if (input.value) update();
  else input.focus({ preventScroll: true });
})();
