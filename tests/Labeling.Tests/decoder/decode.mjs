// Reads pictures with ZXing and prints, a line each, what it found as JSON: {"format", "symbology", "gs1", "text"}; null when nothing.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
// From disk, for the module would otherwise ask a server on the internet.
prepareZXingModule({ overrides: { wasmBinary: await readFile(wasm) } });

for await (const path of createInterface({ input: process.stdin })) {
  const [found] = await readBarcodes(new Blob([await readFile(path)]), { formats: ["DataMatrix"], textMode: "Plain" });
  const line = found?.isValid ? { format: found.format, symbology: found.symbologyIdentifier, gs1: found.contentType, text: found.text } : null;
  process.stdout.write(JSON.stringify(line) + "\n");
}
