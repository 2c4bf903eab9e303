/* troth.js asks which cookies and the like may be used, and sees to it that nothing else happens. */
globalThis.troth = { start(configuration) { this.configuration = configuration; } };
