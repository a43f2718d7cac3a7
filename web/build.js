/*
Bundles the pages' scripts into the package's static files: `make web`.

The first line of a bundle names the digest of what it was made from, so that a test can
say when it is older than its sources.
*/

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

import { build } from "esbuild";

// sm-crypto-v2 exports SM3 of a whole message only; what it makes it of takes pieces too.
const sm3InPieces = {
  name: "sm3 in pieces",
  setup: (made) => made.onLoad({ filter: /sm-crypto-v2\/dist\/index\.mjs$/ }, ({ path }) => ({
    contents: `${readFileSync(path, "utf8")}\nexport { sm3 as hashSm3 };\n`, loader: "js",
  })),
};

const PAGES = { verify: "verify_page", keys: "keys_page", acts: "acts_page", exports: "exports_page" };
const sources = readdirSync("src").sort().map((name) => `src/${name}`);
const hash = createHash("sha256");
for (const name of [...sources, "package-lock.json"]) hash.update(readFileSync(name));
const banner = `/* huabiao ${hash.digest("hex")} */\n`;
for (const [page, entry] of Object.entries(PAGES)) {
  const made = await build({
    entryPoints: [`src/${entry}.js`], bundle: true, minify: true, format: "esm",
    target: "es2022", write: false, legalComments: "inline", charset: "utf8",
    plugins: [sm3InPieces],
  });
  const place = `../src/huabiao/doors/pages/static/${page}.js`;
  writeFileSync(place, banner + made.outputFiles[0].text);
}
