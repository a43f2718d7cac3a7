/*
A page that keeps up with the chain: its parts marked `data-moves` are taken from the
same page, asked for again when there is a new block, and at least once a minute. The
reader stops it by a box; a part that holds the focus stays as it is; without this
script the page is what it was when it was loaded.
*/

const EVERY_MS = 5_000, LONGEST_MS = 60_000;

const box = document.querySelector("#moves"), said = document.querySelector("[data-moves-said]");
let height = box.dataset.height, renewed = Date.now(), asking = false;

async function renew() {
  const status = await fetch("/api/status");
  if (!status.ok) throw new Error(status.status);
  const now = String((await status.json()).height);
  if (now === height && Date.now() - renewed < LONGEST_MS) return;
  const answer = await fetch(window.location.href);
  if (!answer.ok) throw new Error(answer.status);
  take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  height = now;
  renewed = Date.now();
}

function take(fresh) {
  for (const part of document.querySelectorAll("[data-moves]")) {
    const other = fresh.querySelector(`[data-moves="${part.dataset.moves}"]`);
    if (!other || part.contains(document.activeElement)) continue;
    if (other.innerHTML !== part.innerHTML) part.replaceChildren(...other.childNodes);
  }
}

async function look() {
  if (!box.checked || document.hidden || asking) return;
  asking = true;
  try {
    await renew();
    said.textContent = "";
  } catch {
    const when = new Date(renewed).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai" });
    said.textContent = `连不上节点，所示为 ${when} 的情况。 No connection: as of ${when}.`;
  } finally {
    asking = false;
  }
}

box.closest("p").hidden = false;
setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
