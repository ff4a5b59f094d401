// Put the built script and style sheet into one file: src/onward/report/page.html.
import { readFileSync, writeFileSync } from "node:fs";

const here = (path) => new URL(path, import.meta.url);
const script = readFileSync(here("../dist/page.js"), "utf8").replaceAll("</script", "<\\/script").trim();
const style = readFileSync(here("../dist/page.css"), "utf8").trim();
const page = readFileSync(here("template.html"), "utf8")
  .replace("/*STYLE*/", () => style)
  .replace("/*SCRIPT*/", () => script);
const outside = page.match(/https?:\/\/(?!www\.w3\.org\/)[^"'`\s)]+/g) ?? [];
if (outside.length) throw new Error(`the page names other sites: ${[...new Set(outside)].join(", ")}`);
writeFileSync(here("../../src/onward/report/page.html"), page);
console.log(`page.html: ${Buffer.byteLength(page)} bytes`);
