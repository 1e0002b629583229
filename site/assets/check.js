"use strict";
/* The check of pasted requests and command lines. */
(() => {
  const pair = document.getElementById("pair");
  const form = document.getElementById("check");
  const field = document.getElementById("text");
  const answers = document.getElementById("answers");
  const status = document.getElementById("status");
  const { series, text, advice, remember, recall } = window.sitePage;
  const EXAMPLE = `{"execute": "blockdev-add", "arguments": {"options": {"driver": "qcow2", "id": "virtio0", "file": {"driver": "file", "filename": "disk.qcow2"}}}}
{"execute": "device_add", "arguments": {"driver": "virtio-blk-pci", "drive": "virtio0", "id": "disk0"}}`;

  async function ask(from, to, pasted) {
    const parts = ["knowledge", "command-lines", from, to].concat(/device/.test(pasted) ? ["builds"] : []);
    return JSON.parse(await window.siteChecker.ask({ ask: "check", from, to, text: pasted }, parts)).messages;
  }

  function pretty(request) {
    try { return JSON.stringify(JSON.parse(request), null, 2); } catch { return request; }
  }

  function side(title, request) {
    const element = document.createElement("div");
    element.append(text("h3", title), Object.assign(document.createElement("pre"), { textContent: pretty(request) }));
    return element;
  }

  const OUTCOMES = { rewritten: "rewritten", assumed: "rewritten with an assumption", left: "needs a decision" };

  function card(message) {
    const effect = { rejected: "breaking", unknown: "dangerous", accepted: message.after ? "dangerous" : "compatible" }[message.verdict];
    const element = document.createElement("article");
    element.className = `answer is-${effect}`;
    const title = document.createElement("h2");
    title.append(text("code", message.command || message.kind), " ", text("span", message.verdict, `badge ${effect}`),
      text("span", ` line ${message.line}`, "since"));
    element.append(title);
    for (const problem of message.problems) {
      const line = text("p", problem.message);
      element.append(line);
      if (problem.help) element.append(advice(problem.help));
    }
    if (message.after) {
      element.append(text("p", OUTCOMES[message.outcome] + ":", "since"));
      const sides = document.createElement("div");
      sides.className = "sides";
      sides.append(side("Before", message.before), side("After", message.after));
      element.append(sides);
    }
    if (message.after || message.outcome === "left") element.append(...message.remarks.map(remark => text("p", remark)));
    return element;
  }

  let latest = 0;
  async function check() {
    const own = ++latest;
    const from = pair.elements.from.value, to = pair.elements.to.value, pasted = field.value;
    remember({ from, to });
    answers.replaceChildren();
    if (!pasted.trim()) { status.textContent = "Paste requests first."; return; }
    if (series.indexOf(to) < series.indexOf(from)) { status.textContent = `${to} is older than ${from}: requests can only be rewritten for a later release.`; return; }
    if (!window.siteChecker) {
      await window.siteLookup(pasted, from, to, { answers, status });
      return;
    }
    status.textContent = "Checking …";
    try {
      const messages = await ask(from, to, pasted);
      if (own !== latest) return;
      const count = verdict => messages.filter(message => message.verdict === verdict).length;
      const requests = messages.filter(message => message.kind === "request").length, others = messages.length - requests;
      const counted = [counts(requests, "request"), counts(others, "command line")].filter(Boolean).join(" and ");
      status.textContent = messages.length
        ? `${counted}: ${count("accepted")} accepted, ${count("rejected")} rejected, ${count("unknown")} unknown (QEMU ${to}).`
        : "No request or command line was found in the text.";
      answers.replaceChildren(...messages.map(card));
    } catch (error) {
      if (own === latest) status.textContent = `The check failed: ${error.message}.`;
    }
  }

  function counts(count, noun) { return count && `${count} ${noun}${count === 1 ? "" : "s"}`; }

  recall(pair);
  form.addEventListener("submit", event => { event.preventDefault(); check(); });
  pair.addEventListener("submit", event => { event.preventDefault(); check(); });
  pair.addEventListener("input", () => { remember({ from: pair.elements.from.value, to: pair.elements.to.value }); if (field.value.trim()) check(); });
  document.getElementById("example").addEventListener("click", () => {
    pair.elements.from.value = "2.5";
    pair.elements.to.value = "2.11";
    field.value = EXAMPLE;
    check();
  });
})();
