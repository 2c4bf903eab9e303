/* Asks which cookies and the like may be used, and lets nothing else happen: see docs/banner.md.
   A site serves this, as script or module, with `troth.start(…)` behind it. */
(() => {
  if (globalThis.troth) return;

  const held = new Map(); // what waits, and its placeholder
  const waiting = new Set(); // what is about to run, or to be covered
  const ran = new Set(); // purposes whose scripts have run: only a new page is free of them
  const reported = new Set();
  const page = document.documentElement;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const signalled = () => config.gpc && navigator.globalPrivacyControl === true;
  let sheet, clear, words, language, host, banner, dialog, again, said, closed, kept, reference;
  let answers = {};
  let config = { purposes: [] };
  let running = Promise.resolve();

  const refused = (one) => one.gpc && signalled();
  const left = () => config.purposes.filter((one) => !refused(one));
  const may = (purpose) => answers[purpose] === true && left().some((one) => one.id === purpose);
  const all = (yes) => Object.fromEntries(left().map((one) => [one.id, yes]));
  const asking = () => config.cookie && left().some((one) => !(one.id in answers));
  const state = () => Object.fromEntries(config.purposes.map((one) => [one.id, may(one.id)]));
  const tell = (name) => document.dispatchEvent(new CustomEvent("troth:" + name, { detail: state() }));
  const on = (name, listener) => document.addEventListener("troth:" + name, ({ detail }) => listener(detail));
  const cookies = () => document.cookie.split("; ").filter(Boolean);
  const address = (path) => new URL(path, config.choices_url);
  const send = (path, what) => navigator.sendBeacon(address(path), JSON.stringify(what));

  // --- what was chosen

  /* Reads the choices from their cookie, if they answer what is asked today. */
  const read = () => {
    kept = cookies().find((one) => one.startsWith(config.cookie + "=v1.")) ?? "";
    const [, who, day, digest, given = ""] = kept.split(".");
    reference = who;
    answers = {};
    if (digest !== config.digest) return;
    const days = (Date.now() - Date.parse(day.replace(/(..)(..)$/, "-$1-$2"))) / 86400e3;
    if (days < config.lifetime_days) for (const one of given.split(",")) answers[one.slice(0, -2)] = one.endsWith("=1");
  };

  /* What the cookie says holds from now on, whoever wrote it. */
  const look = () => {
    const before = kept;
    const were = state();
    read();
    if (before !== kept) {
      signal("update");
      gate();
      show();
      tell("change");
      if ([...ran].some((one) => were[one] && !may(one))) location.reload();
    }
    sweep();
  };

  /* Has the server keep `choices`; nothing holds before it has. */
  const choose = async (choices, { currentTarget }) => {
    const box = currentTarget.closest(".card, .held");
    const wait = (yes) => box.querySelectorAll("button").forEach((one) => (one.disabled = yes));
    box.querySelector("[role=alert]")?.remove();
    wait(true);
    try {
      const answer = await fetch(address("/api/v1/choices"), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ choices, digest: config.digest, language, reference }),
      });
      // Something else is asked by now.
      if (answer.status === 409) return ask(await (await fetch(answer.url, { cache: "reload" })).json());
      if (!answer.ok) throw answer;
      const now = `${config.cookie}=${(await answer.json()).cookie}`;
      // On other sites than the server's own, nobody else sets it.
      if (!cookies().includes(now)) {
        document.cookie = `${now}; Path=/; Max-Age=${config.lifetime_days * 86400}; SameSite=Lax${secure}`;
      }
      dialog?.close();
      look();
      said.textContent = words.saved;
    } catch {
      box.append(make("p", { className: "text note", role: "alert" }, words.failed));
    } finally {
      wait(false);
    }
  };

  /* Tells Google's tags, of which none was loaded before (Consent Mode v2, basic). */
  const signal = (verb) => {
    const given = config.purposes.filter((one) => one.signal);
    const states = { ad_storage: "denied", ad_user_data: "denied", ad_personalization: "denied", analytics_storage: "denied" };
    for (const one of given) if (may(one.id)) for (const key of one.signal.split(" ")) states[key] = "granted";
    function gtag() {
      (globalThis.dataLayer ??= []).push(arguments);
    }
    if (given.length) gtag("consent", verb, states);
  };

  // --- what waits for a choice

  /* Lets in what is allowed now, and puts a placeholder where something is not. */
  const gate = () => {
    for (const [one, placeholder] of held) if (may(one.dataset.troth)) placeholder.replaceWith(one), held.delete(one);
    for (const one of document.querySelectorAll("[data-troth]:not(a, button)")) {
      const { troth: purpose, src } = one.dataset;
      const script = one.localName === "script";
      if (may(purpose) && !script) {
        waiting.delete(one);
        one.inert = false;
        if (src && !one.src) one.src = src;
      } else if (!waiting.has(one) && (script ? may(purpose) && one.type === "text/plain" : words.purposes[purpose])) {
        waiting.add(one);
        if (script) running = running.then(() => run(one, purpose));
        else {
          one.inert = true;
          one.removeAttribute("src");
          requestAnimationFrame(() => cover(one, purpose));
        }
      }
    }
  };

  /* Runs a script that waited; scripts run in the order in which they stand. */
  const run = (one, purpose) =>
    new Promise((done) => {
      waiting.delete(one);
      if (!may(purpose)) return done();
      const script = make("script", { text: one.text, nonce: one.nonce, onload: done, onerror: done });
      for (const { name, value } of one.attributes) if (!/^(type|nonce)$/.test(name)) script.setAttribute(name, value);
      script.type = one.dataset.type ?? "";
      script.async = one.hasAttribute("async");
      ran.add(purpose);
      one.replaceWith(script);
      if (!script.src || script.async) done();
    });

  /* Puts a placeholder of the same size in its place; what is too small to be seen just waits. */
  const cover = (one, purpose) => {
    const told = words.purposes[purpose];
    const { width, height } = one.getBoundingClientRect();
    if (may(purpose) || width < 60 || height < 60) return;
    const looks = getComputedStyle(one);
    const same = ["display", "position", "inset", "margin", "float", "vertical-align"].map((key) => `${key}: ${looks[key]};`);
    const size = new CSSStyleSheet();
    const wide = width < one.parentElement.clientWidth ? width + "px" : "100%";
    size.replaceSync(`:host { ${same.join("").replace(": inline;", ": inline-block;")} overflow: hidden; width: ${wide}; max-width: 100%; height: ${height}px; }`);
    const placeholder = make("troth-placeholder", { lang: language });
    const say = (sentence) => sentence.replace("{purpose}", told.name);
    rooted(placeholder, [size], make("div", { className: "held", role: "group", ariaLabel: one.title || told.name },
      p("", say(words.blocked), " ", make("code", { className: "soft" }, told.cookies.map((kept) => kept.name).join(", "))),
      button("allow", say(words.allow), (press) => choose({ ...answers, [purpose]: true }, press))));
    held.set(one, placeholder);
    one.replaceWith(placeholder);
  };

  // --- what must not be there

  /* Removes what is not registered or not allowed; reports the names of what is not registered. */
  const sweep = () => {
    const found = [];
    const through = (kind, names, remove) =>
      names.forEach((name) => {
        const fits = (one) => one.kind === kind && (one.name === name || (one.name.endsWith("*") && name.startsWith(one.name.slice(0, -1))));
        const known = config.registered.some(fits);
        const serves = config.purposes.filter((one) => one.storage.some(fits));
        if (serves.length ? serves.some((one) => may(one.id)) : known) return;
        remove(name);
        if (known || reported.has(kind + name)) return;
        reported.add(kind + name);
        found.push({ kind, name });
      });
    through("cookie", cookies().map((one) => one.split("=")[0]), forget);
    for (const kind of ["local", "session"]) {
      try {
        const store = globalThis[kind + "Storage"];
        through(kind + "-storage", Object.keys(store), (name) => store.removeItem(name));
      } catch {
        // This browser keeps nothing.
      }
    }
    if (found.length) send("/api/v1/choices/found", { found });
  };

  /* A cookie goes only by the host and path that it was set for, and scripts are not told which. */
  const forget = (name) => {
    const starts = (text, by) => text.split(by).map((_, at, parts) => parts.slice(0, at + 1).join(by));
    const ends = location.hostname.split(".").map((_, at, labels) => "; Domain=" + labels.slice(at).join("."));
    for (const path of starts(location.pathname, "/")) {
      for (const end of ["", ...ends]) {
        for (const slash of ["", "/"]) document.cookie = `${name}=; Max-Age=0; Path=${path}${slash}${end}${secure}`;
      }
    }
  };

  // --- what is seen

  const STYLE = `
    :host { all: initial; color-scheme: inherit; color: var(--ink);
      font: 1rem/1.5 var(--pico-font-family, system-ui, sans-serif);
      --page: #fff; --ink: #1c2430; --soft: #55606f; --line: #dfe3e8; --edge: #6b7585;
      --on: #fff; --accent: var(--troth-accent, #1d5fa8); }
    @supports (color: light-dark(red, red)) { :host {
      --page: light-dark(#fff, #181d25); --ink: light-dark(#1c2430, #dde3ea); --soft: light-dark(#55606f, #a3adbb);
      --line: light-dark(#dfe3e8, #303947); --edge: light-dark(#6b7585, #8b96a5); --on: light-dark(#fff, #12161c);
      --accent: light-dark(var(--troth-accent, #1d5fa8), color-mix(in srgb, var(--troth-accent, #1d5fa8) 45%, #fff)); } }
    :host(troth-choices) { position: absolute; }
    * { box-sizing: border-box; margin: 0; padding: 0; unicode-bidi: plaintext; }
    [hidden] { display: none !important; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    .card { overflow: auto; border: 1px solid var(--line); border-radius: .6rem;
      background: var(--page); color: var(--ink); box-shadow: 0 .4rem 2rem #0003; }
    .banner { position: fixed; z-index: 2147483647; inset: auto 1rem 1rem; max-width: 34rem; max-height: 75vh; }
    dialog { width: 38rem; margin: auto; }
    dialog::backdrop { background: #10141a99; }
    .top { display: flex; align-items: start; gap: 1rem; padding: 1rem 1.25rem 0; }
    h2 { flex: 1; font-size: 1.25rem; outline: none; }
    .text { padding: .5rem 1.25rem 0; }
    .soft { color: var(--soft); font-size: .875rem; }
    .note { padding-bottom: .5rem; font-weight: 600; }
    :empty { padding: 0; }
    .purpose { margin: 1rem 1.25rem 0; padding-top: 1rem; border-top: 1px solid var(--line); }
    label { display: flex; align-items: center; gap: .75rem; min-height: 1.75rem; font-weight: 600; }
    label > :first-child { flex: 1; }
    label:has(:checked) .off, label:not(:has(:checked)) .on { display: none; }
    ul { margin-top: .5rem; padding-inline-start: 1rem; }
    code { font: .95em ui-monospace, monospace; overflow-wrap: anywhere; }
    a { color: var(--accent); }
    .row > :nth-child(3) { grid-column: 1 / -1; }
    .row { position: sticky; bottom: 0; display: grid; gap: .75rem; padding: 1rem 1.25rem; background: var(--page);
      grid: auto / repeat(2, minmax(0, 1fr)); }
    button { min-height: 2.75rem; padding: .5rem 1rem; border: 1px solid var(--accent); border-radius: .4rem; cursor: pointer;
      background: var(--accent); color: var(--on); font: inherit; font-weight: 600; }
    button:hover { background: color-mix(in srgb, var(--accent) 85%, var(--ink)); }
    :disabled { opacity: .6; cursor: default; }
    .more, .x, .again { border-color: transparent; background: var(--page) !important; color: var(--ink); }
    .more { display: block; margin: -.5rem auto .5rem; color: var(--accent); text-decoration: underline; }
    .x { min-height: 2rem; width: 2rem; padding: 0; }
    .again { position: fixed; z-index: 2147483647; inset: auto auto 1rem; inset-inline-start: 1rem; border-color: var(--edge); }
    input { appearance: none; display: flex; width: 2.75rem; border: 2px solid; border-radius: 1rem; color: var(--edge); }
    input::before { content: ""; margin: 2px; border: .5rem solid; border-radius: 50%; }
    :checked { justify-content: end; color: var(--accent); background: var(--accent); }
    :checked::before { color: var(--page); }
    .held { display: flex; flex-direction: column; align-items: center; justify-content: safe center; gap: .6rem;
      height: 100%; padding: 1rem; overflow: auto; border: 1px dashed var(--edge); border-radius: .6rem;
      background: var(--page); text-align: center; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    @media print { :host { display: none; } }`;

  /* An element with these properties or attributes. */
  const make = (tag, given, ...inside) => {
    const made = document.createElement(tag);
    for (const key in given) key in made ? (made[key] = given[key]) : made.setAttribute(key, given[key]);
    made.append(...inside);
    return made;
  };
  const rooted = (element, sheets, ...inside) => {
    const root = element.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet, ...sheets];
    root.append(...inside);
  };
  const p = (className, ...inside) => make("p", { className }, ...inside);
  const span = (className, ...inside) => make("span", { className }, ...inside);
  const button = (does, label, onclick, more) => make("button", { type: "button", "data-troth": does, onclick, ...more }, label);

  /* What both layers begin with. */
  const top = (close, more) => [
    make("div", { className: "top" }, make("h2", more, words.title), button("close", "✕", close, { className: "x", ariaLabel: words.close })),
    p("text", words.text, " ", make("a", { href: words.policy }, words.statement)),
    p("text note", signalled() ? words.gpc : ""),
  ];
  /* What both end with: declining and accepting, alike. */
  const row = (...more) =>
    make("div", { className: "row" },
      button("decline", words.decline, (press) => choose(all(false), press)),
      button("accept", words.accept, (press) => choose(all(true), press)),
      ...more);

  const show = () => {
    banner.hidden = closed || !asking();
    again.hidden = !banner.hidden || !config.cookie || !!document.querySelector("[data-troth=choices]");
  };

  const open = () => {
    if (!dialog) host.shadowRoot.append((dialog = asked()));
    dialog.querySelectorAll("input").forEach((one) => (one.checked = may(one.name)));
    dialog.showModal();
  };

  /* The dialog: each purpose with its switch. Closing it says neither yes nor no. */
  const asked = () => {
    const switched = () => Object.fromEntries([...dialog.querySelectorAll("input:enabled")].map((one) => [one.name, one.checked]));
    return make("dialog", { className: "card", ariaLabel: words.title },
      ...top(() => dialog.close(), { tabIndex: -1, autofocus: true }),
      ...config.purposes.map((one) => {
        const { name, why, cookies, recipients } = words.purposes[one.id];
        const told = { type: "checkbox", role: "switch", name: one.id, disabled: refused(one), "aria-describedby": one.id };
        return make("div", { className: "purpose" },
          make("label", {}, span("", name),
            make("span", { className: "soft", ariaHidden: true }, span("on", words.on), span("off", words.off)), make("input", told)),
          make("p", { className: "soft", id: one.id }, why),
          make("ul", { className: "soft" }, ...cookies.map((kept) =>
            make("li", {}, make("code", {}, kept.name), ` · ${kept.kind} · ${kept.host} · ${kept.lifetime}: ${kept.data}`))),
          p("soft", recipients.length ? `${words.given} ${recipients.join(", ")}` : ""));
      }),
      row(button("save", words.save, (press) => choose(switched(), press))));
  };

  /* Asks what `given` says, unless it was answered. */
  const ask = (given) => {
    config = given;
    if (!config.purposes.length) config.cookie = null;
    host?.remove();
    dialog = null;
    const { languages } = config;
    const near = Object.keys(languages).sort((one) => (page.lang.startsWith(one.split("-")[0]) ? -1 : 1));
    language = languages[page.lang] ? page.lang : near[0];
    words = languages[language];
    const close = () => show((closed = true));
    banner = make("section", { className: "card banner", ariaLabel: words.title, onkeydown: ({ key }) => void (key === "Escape" && close()) },
      ...top(close), row(), button("choose", words.choose, open, { className: "more" }));
    again = button("choices", words.reopen + (signalled() ? " · GPC ✓" : ""), open, { className: "again" });
    said = make("p", { className: "unseen", ariaLive: "polite" });
    host = make("troth-choices", { lang: language });
    rooted(host, [], banner, again, said);
    closed = location.pathname.endsWith(new URL(config.choices_url).pathname);
    read();
    show();
    const first = document.body.firstElementChild;
    const skip = document.querySelector("body a[href^='#']"); // stays before it
    first.contains(skip) ? first.after(host) : first.before(host);
    new ResizeObserver(() => {
      const room = banner.offsetHeight && banner.offsetHeight + 32;
      clear.replaceSync(`html { scroll-padding-block-end: ${room}px; } html::after { content: ""; display: block; height: ${room}px; }`);
    }).observe(banner);
  };

  /* Counts key elements if the statement says so; opens the choices from the page's own link. */
  const pressed = (press) => {
    const counted = press.target.closest("[data-troth-count]");
    if (counted && config.visits.includes("element")) count("click", counted.dataset.trothCount);
    if (!config.cookie || !press.target.closest("[data-troth=choices]")) return;
    press.preventDefault();
    open();
  };
  const count = (kind, element) =>
    send("/visit", { kind, page: location.pathname, referrer: document.referrer.split(/[?#]/)[0], element });

  const start = (given) => {
    if (sheet) return;
    // The script may be here before the page is.
    if (!document.body?.firstElementChild) return setTimeout(start, 4, given);
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    document.adoptedStyleSheets.push((clear = new CSSStyleSheet()));
    ask(given);
    signal("default");
    if (kept) signal("update");
    gate();
    new MutationObserver(gate).observe(page, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", show);
    document.addEventListener("click", pressed);
    // What can wait comes after the banner.
    (globalThis.requestIdleCallback ?? setTimeout)(() => {
      sweep();
      globalThis.cookieStore?.addEventListener("change", look);
    });
    setInterval(look, 1000);
    // A site counts its own pages itself.
    if (config.visits.length && location.origin !== new URL(config.choices_url).origin) count("view");
    tell("ready");
  };

  globalThis.troth = Object.freeze({ start, may, on, open: () => config.cookie && open() });
})();
