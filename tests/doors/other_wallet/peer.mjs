// One task a line in, one answer a line out: {"do": …} to {"ok": …} or {"refused": …}.
import { createInterface } from "node:readline";
import { setGlobalConfig } from "@openid4vc/oauth2";
import * as integrity from "./integrity.mjs";
import * as issuer from "./issuer.mjs";
import { answers, ask } from "./verifier.mjs";
import * as wallet from "./wallet.mjs";

const TASKS = { ...wallet, ...issuer, ...integrity, answers, ask };

setGlobalConfig({ allowInsecureUrls: true }); // desks of this machine have no TLS

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...facts } = JSON.parse(line);
  let told;
  try {
    told = { ok: await TASKS[name](facts) };
  } catch (error) {
    told = { refused: sentence(error) };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
process.exit(0);

function sentence(error) {
  const more = error.errorResponse ?? error.response?.credentialErrorResponseResult?.data;
  return `${error.message} ${more ? JSON.stringify(more) : ""}`.trim();
}
