/* Looks again how far an issue is, every few seconds, and says so; without script there is a link. */
const far = () => document.getElementById("progress");
// Looking is using the desk: after a quarter of an hour it stops, so that whoever went away is signed out.
let left = 300;
const look = async () => {
  if (document.hidden || left-- <= 0) return;
  const answer = await fetch(location.pathname);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = answer.ok && found.getElementById("progress");
  if (!next) return location.reload();
  far().querySelector("progress").value = next.querySelector("progress").value;
  far().querySelector("label").textContent = next.querySelector("label").textContent;
  if (!next.querySelector("[value=pause]")) location.reload();
};
setInterval(look, 3000);
