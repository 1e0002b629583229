"use strict";
/* The checker: a WebAssembly program that reads a question from its standard input
   and writes the answer. Everything is loaded by script elements, so that the pages
   work from a file. */
window.siteChecker = (() => {
  const { series, definitions, loadScript } = window.sitePage;
  let program = null;

  /* Loads a part of the data: names and contents. */
  async function load(name) {
    await loadScript(`data/${name}.js`);
    return inflate(window.siteData[name]);
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
      clock_time_get(clock, precision, pointer) {
        view().setBigUint64(pointer, BigInt(Date.now()) * 1000000n, true);
        return 0;
      },
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
    return text;
  }

  const commands = {};
  for (const { kind, name, first, last } of definitions) {
    if (kind === "command") commands[name] = [series[first], series[last]];
  }

  /* Asks a question with the files of some parts of the data; the answer is text. */
  async function ask(question, parts) {
    const files = Object.assign({}, ...await Promise.all(parts.map(loadText)));
    await new Promise(resolve => setTimeout(resolve, 20)); // The page shows that it waits.
    return run(JSON.stringify({ ...question, series, files, commands }));
  }

  return { ask };
})();
