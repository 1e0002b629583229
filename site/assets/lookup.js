"use strict";
/* The names in pasted text, looked up: for a site without the checker. It says since
   and until when names and members are there, and what to write instead; it does not
   read values. */
(() => {
  const { series, definitions, text, advice, loadScript } = window.sitePage;
  const MENTIONS = [
    ["command", /"(?:execute|exec-oob)"\s*:\s*"([\w.-]+)"/g],
    ["command", /^(?:\(QEMU\)\s*)?([a-z_][\w.-]*)(?=\s+[\w.-]+=|\s*$)/gm],
    ["event", /"event"\s*:\s*"(\w+)"/g],
    ["device", /(?:"driver"\s*:\s*"|driver=|-device\s+)([\w.,-]+?)(?=["\s,]|$)/g],
    ["option", /(?<=^|\s)-(-?[a-z][\w-]*)/gm],
    ["machine", /(?<=^|\s)--?(?:M|machine)\s+(?:type=)?([\w.-]+)/gm],
    ["cpu", /(?<=^|\s)--?cpu\s+([\w.-]+)/gm],
  ];
  const byName = new Map(definitions.map(own => [`${own.kind} ${own.name}`, own]));

  /* The first and last series of the members of a definition, by name. */
  async function membersOf(definition) {
    await loadScript("members.js");
    const { entries, lines } = window.siteMembers;
    const all = entries.split(" ");
    const own = lines.split("\n")[definition.index].split(" ").filter(Boolean).map(number => all[parseInt(number, 36)]);
    return own.map(entry => ({ name: entry.slice(0, -2), first: parseInt(entry.at(-2), 36), last: parseInt(entry.at(-1), 36) }));
  }

  /* Where a text names definitions. */
  function mentions(pasted) {
    const found = [];
    for (const [kind, pattern] of MENTIONS) {
      for (const match of pasted.matchAll(pattern)) {
        const name = kind === "option" ? `-${match[1].replace(/^-/, "")}` : match[1];
        const definition = byName.get(`${kind} ${name}`);
        if (definition) found.push({ definition, at: match.index });
      }
    }
    return found.sort((left, right) => left.at - right.at);
  }

  function state(entry, removed, to) {
    if (removed && entry.last < to) return ["breaking", `not in ${series[to]}, last in ${series[entry.last]}`];
    if (entry.first > to) return ["breaking", `not yet in ${series[to]}, since ${series[entry.first]}`];
    return entry.flags === "d" ? ["dangerous", "deprecated"] : ["compatible", `since ${series[entry.first]}${entry.first ? "" : " or before"}`];
  }

  /* A definition, with those of its members that the text after it names. */
  async function card({ definition, at }, end, pasted, to) {
    const isRemoved = definition.flags === "r";
    const [effect, when] = state(definition, isRemoved, to);
    const element = text("article", "", `answer is-${effect}`);
    const title = text("h2", "");
    const link = text("a", `\`${definition.name}\``);
    link.href = definition.path;
    title.append(link, " ", text("span", when, `badge ${effect}`),
      text("span", ` line ${pasted.slice(0, at).split("\n").length}`, "since"));
    element.append(title);
    if (definition.answer && effect !== "compatible") element.append(advice(definition.answer));
    const part = pasted.slice(at, end);
    const list = text("ul", "", "plain");
    for (const member of await membersOf(definition)) {
      const name = member.name.replace(/[.*+?^$(){}|[\]\\]/g, "\\$&");
      if (!new RegExp(`"${name}"\\s*:|(?<![\\w.-])${name}=`).test(part)) continue;
      const [own, since] = state(member, member.last < definition.last, to);
      const item = text("li", "");
      item.append(text("span", own === "compatible" ? "known" : own, `badge ${own}`), " ", text("code", member.name), ` ${since}`);
      list.append(item);
    }
    element.append(list);
    return element;
  }

  window.siteLookup = async (pasted, from, to, { answers, status }) => {
    const found = mentions(pasted);
    const ends = found.map((_, index) => (found[index + 1] || { at: pasted.length }).at);
    const cards = await Promise.all(found.map((own, index) => card(own, ends[index], pasted, series.indexOf(to))));
    status.textContent = found.length
      ? `${found.length} name${found.length === 1 ? "" : "s"} looked up for QEMU ${to}. Values are not checked.`
      : "No command, event, device or option was found in the text.";
    answers.replaceChildren(...cards);
  };
})();
