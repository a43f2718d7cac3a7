/*
Digests of files, read slice by slice: a file may be larger than what fits in memory.

How far it is stands beside the field for as long as it takes.
*/

const SLICE = 4 << 20;

/** The digests of a field's files, in their order; each a Uint8Array. */
export async function digestsOf(field, hash) {
  const files = [...field.files], bar = document.createElement("progress");
  bar.max = Math.max(1, files.reduce((sum, file) => sum + file.size, 0));
  bar.value = 0;
  bar.ariaLabel = "正在计算摘要 · Hashing";
  field.after(bar);
  try {
    const found = [];
    for (const file of files) {
      found.push(await digestOf(file, hash, (octets) => (bar.value += octets)));
    }
    return found;
  } finally {
    bar.remove();
  }
}

async function digestOf(file, hash, told) {
  const made = hash.create();
  for (let start = 0; start < file.size; start += SLICE) {
    const slice = new Uint8Array(await read(file.slice(start, start + SLICE)));
    made.update(slice);
    told(slice.length);
  }
  return made.digest();
}

async function read(blob) {
  try {
    return await blob.arrayBuffer();
  } catch {
    throw new Error(
      "文件读不出，可能已被移动或改动，请重新选择。" +
        " The file cannot be read: it was moved or changed; choose it again.",
    );
  }
}
