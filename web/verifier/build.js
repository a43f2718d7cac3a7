/*
Bundles the verifier into the package's static files:

    npm ci --ignore-scripts=false && npm run build

The first line of a bundle names the digest of what it was made from, so that a test can
say when it is older than its sources.
*/

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

import { build } from "esbuild";

const sources = readdirSync("src").sort().map((name) => `src/${name}`);
const hash = createHash("sha256");
for (const name of [...sources, "package-lock.json"]) hash.update(readFileSync(name));
const made = await build({
  entryPoints: ["src/page.js"], bundle: true, minify: true, format: "esm",
  target: "es2022", write: false, legalComments: "inline", charset: "utf8",
});
const banner = `/* huabiao verifier ${hash.digest("hex")} */\n`;
const place = "../../src/huabiao/doors/pages/static/verify.js";
writeFileSync(place, banner + made.outputFiles[0].text);
