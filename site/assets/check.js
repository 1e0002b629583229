"use strict";
/* The check of pasted requests: runs the checker, a WebAssembly program that reads
   a question from its standard input and writes the answer. Everything is loaded by
   script elements, so that the page works from a file. */
(() => {
  const pair = document.getElementById("pair");
  const form = document.getElementById("check");
  const field = document.getElementById("text");
  const answers = document.getElementById("answers");
  const status = document.getElementById("status");
  const { series, lines } = window.siteNames;
  const EXAMPLE = `{"execute": "blockdev-add", "arguments": {"options": {"driver": "qcow2", "id": "virtio0", "file": {"driver": "file", "filename": "disk.qcow2"}}}}
{"execute": "device_add", "arguments": {"driver": "virtio-blk-pci", "drive": "virtio0", "id": "disk0"}}`;
  const data = new Map();
  let program = null;

  /* Loads the file of a part of the data, once: names and contents. */
  function load(name) {
    if (!data.has(name)) {
      data.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = `data/${name}.js`;
        script.onload = () => resolve(inflate(window.siteData[name]));
        script.onerror = () => reject(new Error(`data/${name}.js is missing`));
        document.head.append(script);
      }));
    }
    return data.get(name);
  }

  async function inflate(base64) {
    const packed = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function loadText(name) {
    return JSON.parse(new TextDecoder().decode(await load(name)));
  }

  /* Runs the program on a text, with the part of WASI that it uses. */
  async function run(input) {
    program = program || WebAssembly.compile(await load("checker"));
    const bytes = new TextEncoder().encode(input), output = [];
    let read = 0, memory = null;
    const view = () => new DataView(memory.buffer);
    const parts = (pointer, count) => Array.from({ length: count }, (_, index) =>
      [view().getUint32(pointer + 8 * index, true), view().getUint32(pointer + 8 * index + 4, true)]);
    const BAD_FILE = 8;
    const wasi = {
      environ_get: () => 0,
      environ_sizes_get: (count, size) => { view().setUint32(count, 0, true); view().setUint32(size, 0, true); return 0; },
      random_get: (pointer, length) => { crypto.getRandomValues(new Uint8Array(memory.buffer, pointer, length)); return 0; },
      fd_read(file, pointer, count, result) {
        if (file !== 0) return BAD_FILE;
        let sum = 0;
        for (const [start, length] of parts(pointer, count)) {
          const part = bytes.subarray(read, read + length);
          new Uint8Array(memory.buffer, start, part.length).set(part);
          read += part.length;
          sum += part.length;
        }
        view().setUint32(result, sum, true);
        return 0;
      },
      fd_write(file, pointer, count, result) {
        let sum = 0;
        for (const [start, length] of parts(pointer, count)) {
          if (file === 1) output.push(new Uint8Array(memory.buffer, start, length).slice());
          sum += length;
        }
        view().setUint32(result, sum, true);
        return 0;
      },
      proc_exit(code) { throw { exitCode: code }; },
    };
    const imports = { wasi_snapshot_preview1: wasi };
    const instance = await WebAssembly.instantiate(await program, imports);
    memory = instance.exports.memory;
    let failed = false;
    try { instance.exports._start(); } catch (end) {
      if (!("exitCode" in end)) throw new Error("the checker stopped", { cause: end });
      failed = end.exitCode !== 0;
    }
    const text = await new Blob(output).text();
    if (failed) throw new Error(text);
    return JSON.parse(text);
  }

  async function ask(from, to, text) {
    const parts = ["knowledge", from, to].concat(/device_add/.test(text) ? ["builds"] : []);
    const files = Object.assign({}, ...await Promise.all(parts.map(loadText)));
    const commands = {};
    for (const line of lines.split("\n")) {
      const [code, name, range] = line.split("\t");
      if (code === "c") commands[name] = [series[parseInt(range[0], 36)], series[parseInt(range[1], 36)]];
    }
    return run(JSON.stringify({ from, to, text, files, commands }));
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
    title.append(text("code", message.command || "message"), " ", text("span", message.verdict, `badge ${effect}`),
      text("span", ` line ${message.line}`, "since"));
    element.append(title);
    for (const problem of message.problems) {
      const line = text("p", problem.message);
      if (problem.help) line.append(document.createElement("br"), text("strong", "Advice: "), text("span", problem.help));
      element.append(line);
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
    remember(from, to);
    answers.replaceChildren();
    if (!pasted.trim()) { status.textContent = "Paste requests first."; return; }
    if (series.indexOf(to) < series.indexOf(from)) { status.textContent = `${to} is older than ${from}: requests can only be rewritten for a later release.`; return; }
    status.textContent = "Checking …";
    try {
      const { messages } = await ask(from, to, pasted);
      if (own !== latest) return;
      const count = verdict => messages.filter(message => message.verdict === verdict).length;
      status.textContent = messages.length
        ? `${messages.length} request${messages.length === 1 ? "" : "s"}: ${count("accepted")} accepted, ${count("rejected")} rejected, ${count("unknown")} unknown (QEMU ${to}).`
        : "No request was found in the text.";
      answers.replaceChildren(...messages.map(card));
    } catch (error) {
      if (own === latest) status.textContent = `The check failed: ${error.message}.`;
    }
  }

  function remember(from, to) {
    try { history.replaceState(null, "", `?${new URLSearchParams({ from, to })}`); } catch { /* A page without an address of its own. */ }
  }

  const state = new URLSearchParams(location.search);
  for (const end of ["from", "to"]) if (series.includes(state.get(end))) pair.elements[end].value = state.get(end);
  form.addEventListener("submit", event => { event.preventDefault(); check(); });
  pair.addEventListener("submit", event => { event.preventDefault(); check(); });
  pair.addEventListener("input", () => { remember(pair.elements.from.value, pair.elements.to.value); if (field.value.trim()) check(); });
  document.getElementById("example").addEventListener("click", () => {
    pair.elements.from.value = "2.5";
    pair.elements.to.value = "2.11";
    field.value = EXAMPLE;
    check();
  });
})();
