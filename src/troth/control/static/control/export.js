// Shows how far the package is without loading the page again. Without script there is a link that does.
const look = async () => {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("package");
  if (!answer.ok || !now) return location.reload();
  const shown = document.getElementById("package");
  if (now.textContent !== shown.textContent) shown.replaceChildren(...now.childNodes);
  if (shown.querySelector("progress") || !shown.querySelector("form")) setTimeout(look, 700);
};
setTimeout(look, 700);
