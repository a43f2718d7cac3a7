"""What is asked of a page in the browser: how wide it is, what its languages are."""

TOO_WIDE = """(() => {
  const root = document.documentElement;
  return root.scrollWidth - root.clientWidth;
})()"""
MISMARKED = """[...document.querySelectorAll(".zh, .en")].filter((each) => {
  const spoken = each.closest("[lang]").getAttribute("lang");
  return !spoken.startsWith(each.classList.contains("zh") ? "zh" : "en");
}).map((each) => each.outerHTML.slice(0, 120))"""
UNMARKED = r"""[...document.querySelectorAll("main p, main li, main td, main dd")]
  .filter((each) => /^[ -~]+$/.test(each.innerText) && !each.closest("pre, code"))
  .filter((each) => each.innerText.split(/\s+/).length > 4 && !each.closest("[lang=en]")
    && !each.querySelector("[lang=en], code, a"))
  .map((each) => each.outerHTML.slice(0, 120))"""
