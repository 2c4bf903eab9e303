/* Puts a collection point of a troth site into another page, where this script stands:

     <script src="https://SITE/static/collection/embed.js" data-point="newsletter" data-language="en" async></script>

   The page's origin must stand under `embed` of that point in the statement of SITE. If the page has a
   Content-Security-Policy, allow SITE in script-src and frame-src. Nothing is stored in the browser. */
(() => {
  "use strict";
  const script = document.currentScript;
  const { point, language = "" } = script.dataset;
  const site = new URL(script.src).origin;
  const frame = document.createElement("iframe");
  frame.src = `${site}/collect/${encodeURIComponent(point)}/embed/?language=${encodeURIComponent(language)}`;
  frame.title = point;
  frame.loading = "lazy";
  frame.style.width = "100%";
  frame.style.height = "40rem";
  frame.style.border = "0";
  script.after(frame);
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== site || source !== frame.contentWindow || !data || !Number.isFinite(data.height)) return;
    frame.style.height = `${Math.ceil(data.height)}px`;
    frame.title = String(data.title);
  });
})();
