// The configuration of its own documentation's first page: a bar with three buttons, and preferences.
CookieConsent.run({
  hideFromBots: false,
  guiOptions: { consentModal: { layout: "box", position: "bottom left", equalWeightButtons: true } },
  categories: { necessary: { enabled: true, readOnly: true }, settings: {} },
  language: {
    default: "en",
    translations: {
      en: {
        consentModal: {
          title: "Your privacy here",
          description: "This site works without any of this. Choose what may be kept in your browser.",
          acceptAllBtn: "Accept all",
          acceptNecessaryBtn: "Decline all",
          showPreferencesBtn: "Choose",
        },
        preferencesModal: {
          title: "Your privacy here",
          acceptAllBtn: "Accept all",
          acceptNecessaryBtn: "Decline all",
          savePreferencesBtn: "Save what I chose",
          closeIconLabel: "Close",
          sections: [{ title: "Remember your settings", description: "How you like the site to be.", linkedCategory: "settings" }],
        },
      },
    },
  },
});
