// One service, as in its documentation.
var klaroConfig = {
  elementID: "klaro",
  storageMethod: "cookie",
  acceptAll: true,
  privacyPolicy: "/privacy/",
  translations: { en: { purposes: { settings: "Remember your settings" } } },
  services: [{ name: "settings", title: "Settings", purposes: ["settings"], cookies: ["settings"] }],
};
