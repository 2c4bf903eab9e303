/* Reads the statement from a file into the page, where it can still be changed. Without script it is pasted. */
const chosen = document.getElementById("from-file");
if (chosen) {
  chosen.closest("[hidden]").hidden = false;
  chosen.addEventListener("change", async () => {
    if (chosen.files[0]) document.getElementById("statement-text").value = await chosen.files[0].text();
  });
}
