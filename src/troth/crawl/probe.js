/* Runs in every frame of a page and tells, as JSON, what the frame holds. Names only: no value is read but whether a box is ticked. */
async () => {
  const MOST = 500;
  const cut = (text, most = 300) => String(text ?? "").replace(/\s+/g, " ").trim().slice(0, most);
  const some = async (ask) => {
    try {
      return [...(await Promise.race([ask(), new Promise((done) => setTimeout(done, 2000, []))]))].slice(0, MOST);
    } catch {
      return [];
    }
  };
  /* Everything, within open shadow roots too. */
  const all = (selector, root = document, found = []) => {
    for (const element of root.querySelectorAll("*")) {
      if (found.length >= 4 * MOST) return found;
      if (element.matches(selector)) found.push(element);
      if (element.shadowRoot) all(selector, element.shadowRoot, found);
    }
    return found;
  };
  const attribute = (element, name) => element.getAttribute?.(name) ?? "";
  const kind = (element) => (element.localName === "input" ? attribute(element, "type").toLowerCase() || "text" : element.localName);
  const label = (element) => {
    const labelled = attribute(element, "aria-labelledby").split(" ").map((id) => id && element.getRootNode().getElementById?.(id)?.textContent);
    return attribute(element, "aria-label") || labelled.join(" ").trim() || element.labels?.[0]?.textContent || attribute(element, "placeholder");
  };
  const ticked = (element) =>
    !element.disabled && attribute(element, "aria-disabled") !== "true"
    && (element.localName === "input" ? element.checked : attribute(element, "aria-checked") === "true");
  const control = (element) => ({
    name: cut(attribute(element, "name") || element.id),
    kind: cut(kind(element)),
    autocomplete: cut(attribute(element, "autocomplete")),
    label: cut(label(element)),
    required: Boolean(element.required) || attribute(element, "aria-required") === "true",
    ticked: Boolean(["checkbox", "radio"].includes(kind(element)) && ticked(element)),
  });
  const silent = ["hidden", "submit", "button", "reset", "image"];
  const controls = all("input, select, textarea").filter((one) => !silent.includes(kind(one)));
  const own = new Map();
  for (const one of controls) own.set(one.form ?? null, [...(own.get(one.form ?? null) ?? []), one]);
  const last = (address) => new URL(address, document.baseURI).pathname.split("/").filter(Boolean).pop() ?? "";
  const form = ([element, within]) => {
    const action = element ? attribute(element, "action") || location.href : location.href;
    return {
      action: new URL(action, document.baseURI).href.slice(0, 2000),
      post: !element || attribute(element, "method").toLowerCase() === "post",
      search: Boolean(element?.closest("search, [role=search]")) || within.some((one) => kind(one) === "search"),
      names: [element?.id, element && attribute(element, "name"), element && attribute(element, "data-troth-point"), last(action), last(location.href)]
        .filter(Boolean).map((name) => cut(name)),
      controls: within.slice(0, MOST).map(control),
    };
  };
  const keys = (area) => some(async () => Object.keys(window[area]).map((name) => cut(name)));
  const links = new Set();
  for (const one of document.querySelectorAll("a[href], area[href]")) {
    if (!one.hasAttribute("download") && /^https?:/.test(one.href) && one.href.length < 2000) links.add(one.href);
    if (links.size >= MOST) break;
  }
  return JSON.stringify({
    local: await keys("localStorage"),
    session: await keys("sessionStorage"),
    databases: await some(async () => (await indexedDB.databases()).map((one) => cut(one.name))),
    caches: await some(async () => (await caches.keys()).map((name) => cut(name))),
    workers: await some(async () => (await navigator.serviceWorker.getRegistrations()).map((one) => cut(new URL(one.scope).pathname))),
    forms: (await some(async () => [...own].map(form))),
    ticked: all("input[type=checkbox], [role=switch], [role=checkbox]").filter((one) => !one.form && ticked(one))
      .slice(0, MOST).map((one) => cut(label(one) || attribute(one, "name") || one.id || one.localName)),
    links: [...links],
  });
}
