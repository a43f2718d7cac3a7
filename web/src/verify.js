/*
The offline verifier, step by step as huabiao/proofs/verify.py, and with its sentences.

1. The trust names the chain, the suite of its genesis and its members at some height.
2. Changes of members are followed upwards, each certified by the members before it.
3. The header is certified by the members that stand then.
4. The content leads to one of the header's roots.
5. If the original file is given, its digest is the notarised leaf.
*/

import { NotCanonical, concat, decode, hex, same, unhex } from "./encoding.js";
import {
  VERSION, checkCertificate, decodeHeader, headerHash, isWellFormed, membersDigest,
  readMembers,
} from "./header.js";
import { sentenceOf } from "./sentences.js";
import { DIGESTS, suiteOf } from "./suites.js";
import { leafHash, rootFromInclusion, verifyState } from "./trees.js";

/** Octets of a proof file, at most. */
export const LARGEST = 4 * 1024 * 1024;
const MAGIC = "huabiao-proof";
const ENVELOPE = new TextEncoder().encode("huabiao envelope\0");

class Fails extends Error {}

/**
 * {ok, sentence, statement} of a proof file; never throws on hostile bytes. `original` is
 * the digest of the original file under the trust's suite, where there is one.
 */
export function verify(proof, trust, original = null) {
  let city, taken;
  try {
    city = readTrust(trust);
  } catch (error) {
    return failed(
      `信任文件不可用：${error.message}。用 huabiao trust -o 文件 重新导出。` +
        ` The trust file cannot be used (${error.message}); export it again with:` +
        " huabiao trust -o FILE.",
    );
  }
  try {
    taken = readProof(proof);
  } catch {
    return failed("不是证明文件，或已损坏。 This is no proof file, or it is damaged.");
  }
  try {
    const header = certifiedHeader(city, taken);
    const found = statementOf(city.digest, header, taken, original);
    const statement = {
      ...found, chain: city.chain, height: header.height, time: header.time,
    };
    return { ok: true, sentence: sentenceOf(taken.kind, statement), statement };
  } catch (error) {
    if (error instanceof Fails) return failed(error.message);
    return failed(`证明无法读取。 The proof cannot be read (${error.message}).`);
  }
}

const failed = (sentence) => ({ ok: false, sentence, statement: {} });

export function readTrust(document) {
  const trust = typeof document === "string" ? JSON.parse(document) : document;
  const members = trust.members.map((each) => ({
    name: each.name, key: unhex(each.public), power: each.power,
  }));
  if (!DIGESTS[trust.suite]) throw new Error(`suite ${trust.suite}`);
  if (!isWellFormed(members)) throw new Error("members");
  return { chain: trust.chain, digest: DIGESTS[trust.suite], members };
}

/** With which hash an original is compared; null where the trust cannot be used. */
export function hashOf(trust) {
  try {
    return readTrust(trust).digest;
  } catch {
    return null;
  }
}

function readProof(raw) {
  if (raw.length > LARGEST) throw new NotCanonical("larger than a proof can be");
  const found = decode(raw);
  if (!Array.isArray(found) || found.length !== 7) throw new NotCanonical("no proof");
  const [magic, version, kind, header, certificate, changes, content] = found;
  const fields = { state: 3, receipt: 5, notarised: 8 }[kind];
  const bytes = [header, certificate].every((each) => each instanceof Uint8Array);
  const fits =
    magic === MAGIC && version === 1 && bytes && Array.isArray(changes) &&
    changes.every((each) => Array.isArray(each) && each.length === 3) &&
    Array.isArray(content) && content.length === fields;
  if (!fits) throw new NotCanonical("not a proof file of version 1");
  const handovers = changes.map(([head, signed, next]) => ({
    header: head, certificate: signed, nextMembers: readMembers(next),
  }));
  return { kind, header, certificate, changes: handovers, content };
}

function certifiedHeader(city, proof) {
  let { members } = city, reached = 0;
  for (const change of proof.changes) {
    const header = checkHeader(city, members, change.header, change.certificate);
    reached = above(reached, header);
    members = change.nextMembers;
    const handsOver =
      isWellFormed(members) &&
      same(membersDigest(city.digest, members), header.nextMembers);
    if (!handsOver) {
      throw new Fails("成员变更与区块头不符。 A change of members is not the header's.");
    }
  }
  const header = checkHeader(city, members, proof.header, proof.certificate);
  above(reached, header);
  return header;
}

function above(reached, header) {
  if (header.height > reached) return header.height;
  throw new Fails(
    `高度 ${header.height} 不在成员变更的高度 ${reached} 之上。` +
      ` Height ${header.height} is not above the change of members at ${reached}.`,
  );
}

function checkHeader(city, members, encoded, certificate) {
  let header;
  try {
    header = decodeHeader(encoded);
  } catch {
    throw new Fails("区块头损坏。 The header is damaged.");
  }
  if (header.version !== VERSION) {
    throw new Fails(
      `区块头版本 ${header.version} 未知；请升级验证器。` +
        ` Unknown header version ${header.version}: use a newer verifier.`,
    );
  }
  const suite = suiteOf(members.map((each) => each.key));
  if (header.chain !== city.chain || header.suite !== suite) {
    throw new Fails(
      `证明属于另一条链“${header.chain.slice(0, 40)}”。 The proof is of another chain.`,
    );
  }
  if (!same(header.members, membersDigest(city.digest, members))) {
    throw new Fails(
      "签署成员不是所信任的成员；信任文件可能属于另一座城市或已过时。" +
        " The members that signed are not those trusted: the trust file may be of" +
        " another city, or too new.",
    );
  }
  const hash = headerHash(city.digest, encoded);
  if (!checkCertificate(hash, certificate, members)) {
    throw new Fails(
      "区块证书不成立：内容被改动，或签名不足三分之二。" +
        " The certificate does not hold: something was altered, or fewer than two" +
        " thirds signed.",
    );
  }
  return header;
}

function statementOf(digest, header, { kind, content }, original) {
  if (original !== null && kind !== "notarised") {
    throw new Fails(
      "此证明不关于文件，无法比对原文。" +
        " This proof is not about a file: there is nothing to compare it with.",
    );
  }
  if (kind === "state") return stateStatement(digest, header, content);
  const receipt = receiptOf(digest, header, content);
  const said = {
    envelope: hex(receipt.envelope), sender: hex(receipt.sender),
    code: receipt.results.at(-1)[0],
    events: receipt.events.map(([contract, name, key]) => [contract, name, key]),
  };
  if (kind === "notarised") {
    return { ...said, ...notarised(digest, receipt, said.code, content, original) };
  }
  if (content[4] !== null) checkEnvelope(digest, header, content, receipt);
  return said;
}

function stateStatement(digest, header, [key, value, proof]) {
  const bytes = new TextEncoder().encode(key);
  if (!verifyState(digest, header.state, bytes, value, proof)) {
    throw new Fails("状态证明不成立。 The state proof does not hold.");
  }
  if (value === null) return { key, value: null, present: false };
  return { key, value: hex(value), present: true, ...kept(key, value) };
}

const KEPT = [
  "owner", "keeper", "scenario", "record", "field", "subject", "kept_at", "asked_by",
  "asked_at", "reason", "erased_at",
];

/** What an entry of the contract `privacy` says (docs/formats/commitment.md). */
function kept(key, value) {
  if (!key.startsWith("privacy/kept/")) return {};
  try {
    const fields = decode(value);
    if (!Array.isArray(fields) || fields.length !== KEPT.length) return {};
    const shown = (each) => (each instanceof Uint8Array ? hex(each) : each);
    return {
      kept: Object.fromEntries(KEPT.map((name, n) => [name, shown(fields[n])])),
    };
  } catch {
    return {};
  }
}

function receiptOf(digest, header, [encoded, index, count, path]) {
  const found = rootFromInclusion(digest, leafHash(digest, encoded), index, count, path);
  if (found === null || !same(found, header.receipts)) {
    throw new Fails("回执不在此区块中。 The receipt is not in this block.");
  }
  let receipt;
  try {
    receipt = decode(encoded);
  } catch {
    throw new Fails("回执损坏。 The receipt is damaged.");
  }
  const [envelope, sender, results] = receipt;
  if (!results.length) throw new Fails("回执没有结果。 The receipt holds no result.");
  return { envelope, sender, results, events: results.flatMap((each) => each[3]) };
}

function checkEnvelope(digest, header, [, index, count, , part], receipt) {
  const [envelope, path] = part;
  const leaf = leafHash(digest, envelope);
  const found = rootFromInclusion(digest, leaf, index, count, path);
  if (found === null || !same(found, header.transactions)) {
    throw new Fails("信封不在此区块中。 The envelope is not in this block.");
  }
  let body;
  try {
    [body] = decode(envelope);
    decode(body);
  } catch {
    throw new Fails("信封损坏。 The envelope is damaged.");
  }
  if (!same(digest(concat(ENVELOPE, body)), receipt.envelope)) {
    throw new Fails("回执属于另一信封。 The receipt is of another envelope.");
  }
}

function notarised(digest, receipt, code, content, original) {
  const [leaf, index, count, path] = content.slice(4);
  if (original !== null && !same(original, leaf)) {
    throw new Fails(
      "原文与存证不符：文件被改动，或不是同一文件。" +
        " The original does not match: it was altered, or is another file.",
    );
  }
  const root = rootFromInclusion(digest, leafHash(digest, leaf), index, count, path);
  const isIt = ([contract, name, , detail]) =>
    contract === "evidence" && name === "notarised" &&
    detail.get("count") === count &&
    detail.get("root") instanceof Uint8Array && same(detail.get("root"), root);
  if (root === null || code !== "ok" || !receipt.events.some(isIt)) {
    throw new Fails("文件不在此存证批次中。 The file is not in this batch.");
  }
  return { digest: hex(leaf), original: original !== null };
}
