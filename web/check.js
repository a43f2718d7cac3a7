/*
Verifies proofs from standard input, a JSON of {trust, proofs: [{proof, original}]} in
hexadecimal, and writes the verdicts: for comparing with the verifier in Python.
*/

import { readFileSync } from "node:fs";

import { unhex } from "./src/encoding.js";
import { verify } from "./src/verify.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const verdicts = asked.proofs.map(({ proof, original }) =>
  verify(unhex(proof), asked.trust, original === null ? null : unhex(original)),
);
process.stdout.write(JSON.stringify(verdicts.map(({ ok, sentence }) => ({ ok, sentence }))));
