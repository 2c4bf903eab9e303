/* Shows one family of products and keeps which, in the cookie `settings`. Runs only where that is allowed (P37). */
(() => {
  const box = document.querySelector(".viewing");
  const sections = [...document.querySelectorAll("main section[aria-labelledby^='family-']")];
  const names = sections.map((section) => section.querySelector("h2").textContent);
  const kept = document.cookie.split("; ").find((one) => one.startsWith("settings="));
  const select = document.createElement("select");
  const label = document.createElement("label");
  const note = document.createElement("p");
  const show = () => sections.forEach((section, at) => (section.hidden = select.value !== "" && select.value !== String(at)));
  select.append(new Option(box.dataset.all, ""), ...names.map((name, at) => new Option(name, at)));
  select.value = kept ? kept.slice("settings=".length) : "";
  if (select.selectedIndex < 0) select.value = "";
  select.addEventListener("change", () => {
    // Six months, as the statement says.
    document.cookie = `settings=${select.value}; Path=/; Max-Age=15552000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
    show();
  });
  label.append(box.dataset.label, select);
  note.className = "fine";
  note.textContent = box.dataset.note;
  box.replaceChildren(label, note);
  show();
})();
