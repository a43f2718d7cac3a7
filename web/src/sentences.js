/* One sentence that a person can read out in court: those of huabiao/proofs. */

export function sentenceOf(kind, statement) {
  const when = moment(statement.time);
  const at = `链 ${statement.chain} 高度 ${statement.height}（${when}）`;
  const atEn = `on chain ${statement.chain} at height ${statement.height} (${when})`;
  if (kind === "notarised") {
    const zh = statement.original ? "原文一致，" : "未比对原文，";
    const en = statement.original ? "" : " The original was not compared.";
    return `成立：${zh}已存证于${at}。 Holds: notarised ${atEn}.${en}`;
  }
  if (kind === "receipt") {
    const { code } = statement;
    return `成立：回执（${code}）在${at}。 Holds: receipt (${code}) ${atEn}.`;
  }
  if (statement.kept) return keptSentence(statement.kept, at, atEn);
  const { key } = statement;
  if (statement.present) {
    return `成立：“${key}”的记录在${at}。 Holds: the record '${key}' stood ${atEn}.`;
  }
  return `成立：“${key}”不存在于${at}。 Holds: '${key}' was absent ${atEn}.`;
}

function keptSentence(kept, at, atEn) {
  const place = `${kept.scenario}/${kept.record}.${kept.field}`;
  const since = moment(kept.kept_at);
  if (kept.erased_at === null) {
    return (
      `成立：${place} 的值自 ${since} 起保管，未删除，在${at}。` +
      ` Holds: the value of ${place} was kept since ${since} and not erased ${atEn}.`
    );
  }
  const when = moment(kept.erased_at);
  return (
    `成立：${place} 的值曾于 ${since} 存入，已于 ${when} 删除（${kept.reason}），` +
    `在${at}。 Holds: the value of ${place} was kept at ${since} and was erased at` +
    ` ${when}, proven ${atEn}.`
  );
}

/** UTC milliseconds as people read them; as a number beyond the calendar. */
function moment(instant) {
  const time = new Date(Number(instant));
  if (Number.isNaN(time.valueOf()) || time.getUTCFullYear() > 9999) return `${instant} ms`;
  return time.toISOString().slice(0, 19).replace("T", " ") + " UTC";
}
