/*
Exports as they come: how many rows there are so far, of how many. Without this script
the link leads to the same file.
*/

const RETURN = 13, LINE_END = 10;

async function take(link, progress, said) {
  const answer = await fetch(link.href);
  // A refusal is a page that says why: it is opened.
  if (!answer.ok) return window.location.assign(link.href);
  const total = Number(answer.headers.get("x-total-count"));
  if (total > 0) progress.max = total;
  const parts = [], reader = answer.body.getReader();
  let rows = -1, last = 0; // the first line names the columns
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    for (const octet of value) {
      rows += last === RETURN && octet === LINE_END;
      last = octet;
    }
    if (total > 0) progress.value = Math.min(Math.max(rows, 0), total);
    said.textContent = `${Math.max(rows, 0)}${total > 0 ? ` / ${total}` : ""} 行 · rows`;
  }
  if (rows < total) {
    said.textContent +=
      "，一次只导出这么多，请先筛选。 No more is exported at a time: filter the list.";
  }
  keep(new Blob(parts, { type: "text/csv" }), link.dataset.export);
  return undefined;
}

function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const link of document.querySelectorAll("a[data-export]")) {
  const [progress, said] = ["progress", "[role=status]"].map((each) =>
    link.parentElement.querySelector(each),
  );
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    if (!progress.hidden) return;
    progress.hidden = false;
    try {
      await take(link, progress, said);
    } catch {
      said.textContent = "导出中断，请重试。 The export was cut off: try again.";
    } finally {
      progress.hidden = true;
      progress.removeAttribute("value");
    }
  });
}
