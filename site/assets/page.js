"use strict";
/* What the pages with answers share. */
window.sitePage = (() => {
  const { series, lines } = window.siteNames;
  const KINDS = { c: "command", e: "event", d: "device", o: "option", m: "machine", u: "cpu" };

  /* The rule of address.rs. */
  function fileName(name) {
    return name.replace(/[^A-Za-z0-9_.+-]/gu, character => "~" + character.codePointAt(0).toString(16));
  }

  /* The definitions of the emulator other than types, with the numbers of their lines. */
  const definitions = [];
  for (const [index, line] of lines.trimEnd().split("\n").entries()) {
    const [code, name, range, flags, answer] = line.split("\t");
    if (!KINDS[code]) continue;
    definitions.push({ kind: KINDS[code], name, index, flags, answer, path: `${KINDS[code]}/${fileName(name)}.html`,
      first: parseInt(range[0], 36), last: parseInt(range[1], 36) });
  }

  /* An element; parts of its text in backquotes are code. */
  function text(tag, content, name) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    for (const [index, part] of content.split("`").entries()) {
      if (index % 2) element.append(Object.assign(document.createElement("code"), { textContent: part }));
      else element.append(part);
    }
    return element;
  }

  function advice(content) {
    const line = text("p", "", "advice");
    line.append(text("strong", "Advice: "), text("span", content));
    return line;
  }

  /* The address remembers what the page shows. */
  function remember(state) {
    try { history.replaceState(null, "", `?${new URLSearchParams(state)}`); } catch { /* A page without an address of its own. */ }
  }

  function recall(pair) {
    const state = new URLSearchParams(location.search);
    for (const end of ["from", "to"]) if (series.includes(state.get(end))) pair.elements[end].value = state.get(end);
    return state;
  }

  const loaded = new Map();
  function loadScript(path) {
    if (!loaded.has(path)) {
      loaded.set(path, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = path;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${path} is missing`));
        document.head.append(script);
      }));
    }
    return loaded.get(path);
  }

  return { series, definitions, fileName, text, advice, remember, recall, loadScript };
})();
