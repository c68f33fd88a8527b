// @ts-check
// The passkey forms: asks the server for options, the authenticator for its answer, and sends the form with it.
// Without this file a page still offers password and app; a browser without WebAuthn never shows the forms.

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} data @returns {string} base64url without padding */
function text(data) {
  const plain = String.fromCharCode(...new Uint8Array(data));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {any[] | undefined} list */
const descriptors = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

/** @param {any} options @returns {Promise<any>} the new passkey */
async function make(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: descriptors(options.excludeCredentials),
  };
  const made = /** @type {any} */ (await navigator.credentials.create({ publicKey }));
  const { clientDataJSON, attestationObject } = made.response;
  return {
    id: made.id, rawId: text(made.rawId), type: made.type,
    response: {
      clientDataJSON: text(clientDataJSON),
      attestationObject: text(attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

/** @param {any} options @returns {Promise<any>} the proof */
async function prove(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: descriptors(options.allowCredentials),
  };
  const proof = /** @type {any} */ (await navigator.credentials.get({ publicKey }));
  const { clientDataJSON, authenticatorData, signature, userHandle } = proof.response;
  return {
    id: proof.id, rawId: text(proof.rawId), type: proof.type,
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

/** @param {HTMLFormElement} form */
async function answer(form) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  const problem = /** @type {HTMLElement} */ (form.querySelector("[data-problem]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  problem.hidden = true;
  button.disabled = true;
  try {
    const sent = await fetch(/** @type {string} */ (form.dataset.options), { headers: { accept: "application/json" } });
    const options = await sent.json();
    field.value = JSON.stringify(await (form.dataset.passkey === "make" ? make(options) : prove(options)));
    form.submit();
  } catch (error) {
    // The browser tells no more than "not allowed" for a dialogue that was closed: one sentence for all of it.
    console.info(`passkey: ${/** @type {Error} */ (error).name}`);
    problem.hidden = false;
    button.disabled = false;
  }
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void answer(form);
  });
}
