/* troth.js asks which cookies and the like may be used, and sees to it that nothing else happens. (Being written.)

   COOKIES serves at /troth.js: this file, then one call:   troth.start({...configuration of GET /api/v1/choices...});
   Besides what the split lists, the script reads:
     cookie            name of the cookie that keeps the choices ("choices", "__Host-choices")
     languages.X.      on, off           state of a switch, in words: "On", "Off"
                       saved, failed     said once a choice is kept; when it could not be ("Nothing was saved. Try again.")
                       statement         label of the link to `policy`: "Privacy statement"
                       given             before the recipients: "Given to:"
                       allow, blocked    sentences with {purpose}: "Allow {purpose}", "This part needs “{purpose}”, which is not allowed."
     choices_url and policy are absolute addresses: the API is at the origin of choices_url.
   A cookie's name in `registered` or `storage` may end in *: any name that begins so.
   Reports: POST /api/v1/choices/found, text/plain by sendBeacon: {"found": [{"kind": "cookie"|"local-storage"|"session-storage", "name": "..."}]}
   POST /api/v1/choices is sent as application/json with credentials "same-origin"; if the answer set no cookie, the script
   sets `cookie` of the answer (the value) itself, for sites that are not ours. */
