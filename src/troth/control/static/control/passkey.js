// Makes passkeys and signs in with them. Without this script people sign in with a code. No dependencies.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function created(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const excludeCredentials = named(options.excludeCredentials);
  return navigator.credentials.create({ publicKey: { ...options, challenge: bytes(options.challenge), user, excludeCredentials } });
}

function gotten(options) {
  const allowCredentials = named(options.allowCredentials);
  return navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials } });
}

function written({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return JSON.stringify({ id, rawId: text(rawId), type, clientExtensionResults: {}, response: Object.fromEntries(said) });
}

async function proceed(form) {
  const asked = await fetch(form.dataset.begin, { method: "POST", body: new FormData(form) });
  if (asked.redirected) return location.assign(asked.url);
  if (!asked.ok) throw new Error(asked.status);
  const options = await asked.json();
  const make = form.dataset.passkey === "create" ? created : gotten;
  form.elements.credential.value = written(await make(options));
  form.submit();
}

// Browsers know passkeys of names, not of numbers such as 127.0.0.1.
const hasName = !/^[\d.]+$|:/.test(location.hostname);
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !hasName) continue;
  form.closest("[hidden]").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "";
    proceed(form).catch(() => (said.textContent = form.dataset.failed));
  });
}
