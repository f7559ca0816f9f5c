// Passkeys: the browser's part. Forms with data-passkey stay hidden where there is none.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (mark) => mark.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

const ceremonies = {
  async create(options) {
    const found = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: known(options.excludeCredentials),
      },
    });
    return {
      clientDataJSON: text(found.response.clientDataJSON),
      attestationObject: text(found.response.attestationObject),
      transports: found.response.getTransports?.() ?? [],
      ...named(found),
    };
  },
  async get(options) {
    const found = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: known(options.allowCredentials),
      },
    });
    const handle = found.response.userHandle;
    return {
      clientDataJSON: text(found.response.clientDataJSON),
      authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
      userHandle: handle ? text(handle) : null,
      ...named(found),
    };
  },
};

const named = (found) => ({ of: { id: found.id, rawId: text(found.rawId), type: found.type } });

async function perform(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRFToken": form.elements.csrf_token.value },
  });
  if (!answer.ok || answer.redirected) return void location.reload();
  const { of, ...response } = await ceremonies[form.dataset.passkey](await answer.json());
  form.elements.credential.value = JSON.stringify({ ...of, response, clientExtensionResults: {} });
  HTMLFormElement.prototype.submit.call(form);
}

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const none of document.querySelectorAll("[data-passkey-none]")) none.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const failed = form.querySelector("[data-failed]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation(); // it may be tried again at once
      failed.hidden = true;
      perform(form).catch(() => (failed.hidden = false));
    });
  }
}
