/*
A value in its stored form, of what a person wrote: the kinds of huabiao/codec.

A commitment is a digest over this form. What would not be taken when it is revealed is
refused here, before it is sealed: afterwards nobody could mend it.
*/

import { unhex } from "./encoding.js";

export class BadValue extends Error {}

const whole = (least) => (written) => {
  const text = String(written).trim().replaceAll(",", "");
  const number = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(number) || number < least) {
    throw new BadValue(`须为整数。 A whole number is wanted: ${text || "—"}`);
  }
  return number;
};
const octets = (least, most) => (written) => {
  const found = unhex(written);
  if (found.length < least || found.length > most) throw new BadValue("长度不符。 Wrong length.");
  return found;
};
const text = (longest) => (written) => {
  if ([...String(written)].length > longest) throw new BadValue("文本过长。 Too long.");
  return String(written);
};

const KINDS = {
  Text: text(4000),
  Code(written) {
    if (!written || written !== written.trim() || /[\p{C}\p{Zl}\p{Zp}]/u.test(written)) {
      throw new BadValue("编码须为一行可见字符。 A code is one visible line.");
    }
    return text(200)(written);
  },
  Number: whole(-Infinity),
  ...Object.fromEntries(
    ["Count", "Fen", "Kilograms", "Grams", "Metres"].map((name) => [name, whole(0)]),
  ),
  Flag: (written) => written === true || written === "true",
  Day(written) {
    const found = moment(`${written}T00:00:00Z`);
    // A browser takes 30 February for 2 March.
    if (new Date(found).toISOString().slice(0, 10) !== written) moment("");
    return found / 86400000;
  },
  Instant: (written) => moment(written),
  Bytes: octets(0, 65536),
  Digest: octets(32, 32),
  PublicKey: octets(32, 4096),
  Signature: octets(64, 8192),
  Party(written) {
    if (!/^hb1[0-9a-f]{44}$/.test(written)) {
      throw new BadValue("须为账户。 An account is wanted.");
    }
    return unhex(written.slice(3, 43));
  },
};

function moment(written) {
  const found = Date.parse(written);
  if (Number.isNaN(found)) throw new BadValue("须为日期或时间。 A date or time is wanted.");
  return found;
}

/**
 * What was written, as it is stored. `records` has, by the name of each record, its
 * fields: {kind, default}, a default as people read it. Throws BadValue.
 */
export function plain(kind, written, records) {
  const [, outer, inner] = /^(\w+)\[(.*)\]$/s.exec(kind) ?? [null, kind, ""];
  if (outer === "Maybe") {
    return [undefined, null, ""].includes(written) ? null : plain(inner, written, records);
  }
  if (outer === "ListOf") return written.map((each) => plain(inner, each, records));
  if (outer === "OneOf") {
    if (inner.split("|").includes(written)) return written;
    throw new BadValue(`不在选项中。 None of the choices: ${written}`);
  }
  if (kind in records) return record(records[kind], written, records);
  if (!(kind in KINDS)) throw new BadValue(`此处不能密封 ${kind}。 ${kind} is not sealed here.`);
  return KINDS[kind](written);
}

const record = (fields, written, records) =>
  Object.entries(fields).map(([name, { kind, ...told }]) => {
    const isGiven = name in written;
    if (!isGiven && !("default" in told)) {
      throw new BadValue(`缺 ${name}。 ${name} is missing.`);
    }
    try {
      return plain(kind, isGiven ? written[name] : told.default, records);
    } catch (error) {
      throw new BadValue(`${name}：${error.message}`);
    }
  });
