/*
Exports as they come: how many rows there are so far, of how many. Without this script
the link leads to the same file.
*/

const LINE_END = 10, MOST_ROWS = 100_000;

async function take(link, progress, said) {
  const answer = await fetch(link.href);
  // A refusal is a page that says why: it is opened.
  if (!answer.ok) return window.location.assign(link.href);
  // The node ends a list after so many rows, however long it is.
  const total = Math.min(Number(answer.headers.get("x-total-count")), MOST_ROWS);
  if (total > 0) progress.max = total;
  const parts = [], reader = answer.body.getReader();
  let lines = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    for (const octet of value) lines += octet === LINE_END;
    const rows = Math.max(lines - 1, 0);
    if (total > 0) progress.value = Math.min(rows, total);
    said.textContent = `${rows}${total > 0 ? ` / ${total}` : ""} 行 · rows`;
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
