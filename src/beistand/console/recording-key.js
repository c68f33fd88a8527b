// @ts-check
// The owner's page of recordings: on or off, for how long, and the firm's key, whose private half never leaves this browser
// but as a file in the owner's hands.
import { call } from "./api.js";
import { language, t } from "./i18n.js";
import { base64, fingerprint, KeyFileError, LEAST_LETTERS, makeKey, openKey, sha256Hex } from "./recording/key.js";
import { publicOf } from "./recording/hpke.js";
import { clean, el, show } from "./ui/dom.js";

const place = /** @type {HTMLElement} */ (document.getElementById("place"));
const bar = /** @type {HTMLElement} */ (document.getElementById("bar"));
const random = (/** @type {number} */ count) => crypto.getRandomValues(new Uint8Array(count));
/** @type {any} */
let me = null;
/** @type {any} */
let terms = null;

async function begin() {
  document.documentElement.lang = language();
  document.title = t("rk_title");
  try {
    me = await call("GET", "/api/me");
    terms = await call("GET", "/api/recording-terms");
  } catch (error) {
    const { status, sentence } = /** @type {any} */ (error);
    if (status === 401) location.assign("/sign-in?next=/console/recording-key.html");
    else show(place, el("p", { class: "problem single" }, sentence || t("no_server")));
    return;
  }
  show(bar, el("span", { class: "firm" }, clean(me.organisation.name)), el("span", { class: "grow" }), el("a", { href: "/recordings" }, t("rp_back")));
  draw();
}

/** @param {string} [saved] */
function draw(saved = "") {
  const isOn = el("input", { id: "on", type: "checkbox", checked: terms.is_on, disabled: !terms.public_key, "data-test": "on" });
  const days = el("input", { id: "days", type: "number", min: 1, max: 3650, value: terms.days, required: true, "data-test": "days" });
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const count = Number(days.value);
    if (!Number.isInteger(count) || count < 1 || count > 3650) return fail(problem, t("rk_days_wrong"));
    await keep({ is_on: isOn.checked, days: count }, problem, t("rk_saved"));
  };
  show(place,
    el("section", { class: "card single" },
      el("h1", {}, t("rk_title")), el("p", {}, t("rk_intro")),
      saved ? el("p", { class: "good", role: "status", "data-test": "saved" }, saved) : null,
      el("form", { onsubmit: save, novalidate: true },
        el("p", { class: "tick" }, isOn, el("label", { for: "on" }, t("rk_on"))),
        el("label", { for: "days" }, t("rk_days")), days, problem,
        el("button", { "data-test": "save" }, t("save")))),
    keyCard());
}

/** @param {any} body @param {HTMLElement} problem @param {string} saved */
async function keep(body, problem, saved) {
  try {
    terms = await call("POST", "/api/recording-terms", body);
  } catch (error) {
    return fail(problem, /** @type {any} */ (error).sentence || t("no_server"));
  }
  draw(saved);
}

/** @param {HTMLElement} problem @param {string} sentence */
function fail(problem, sentence) {
  problem.textContent = sentence;
  problem.hidden = false;
}

function keyCard() {
  const first = el("input", { id: "password", type: "password", autocomplete: "new-password", "data-test": "password" });
  const again = el("input", { id: "again", type: "password", autocomplete: "new-password", "data-test": "again" });
  const problem = el("p", { class: "problem", role: "alert", hidden: true, "data-test": "key-problem" });
  const step = el("div", {});
  const button = el("button", { "data-test": "make" }, t("rk_make"));
  const make = async (/** @type {Event} */ event) => {
    event.preventDefault();
    problem.hidden = true;
    if (first.value.length < LEAST_LETTERS) return fail(problem, t("rk_password_short"));
    if (first.value !== again.value) return fail(problem, t("rk_password_differs"));
    button.disabled = true;
    const { text, publicKey } = await makeKey(first.value, me.organisation.name, random);
    button.disabled = false;
    save(text);
    show(step, checkForm(publicKey, first.value));
  };
  const form = el("form", { onsubmit: make },
    el("p", {}, t("rk_make_hint")),
    el("label", { for: "password" }, t("rk_password")), first,
    el("label", { for: "again" }, t("rk_password_again")), again, problem, button);
  return el("section", { class: "card single" },
    el("h2", {}, t("rk_key")),
    el("p", { "data-test": "key" }, terms.public_key ? t("rk_key_is", { key: fingerprint(terms.sha256) }) : t("rk_key_none")),
    terms.public_key ? el("details", {}, el("summary", {}, t("rk_make_new")), form) : form,
    step);
}

/** The owner shows that the file is there before the key is used. @param {Uint8Array} publicKey @param {string} password */
function checkForm(publicKey, password) {
  const file = el("input", { id: "saved-file", type: "file", accept: ".json,application/json", "data-test": "file" });
  const problem = el("p", { class: "problem", role: "alert", hidden: true, "data-test": "file-problem" });
  const check = async (/** @type {Event} */ event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const seed = await openKey(await file.files[0].text(), password);
      if (base64(publicOf(seed)) !== base64(publicKey)) return fail(problem, t("rk_other_file"));
    } catch (error) {
      return fail(problem, t(error instanceof KeyFileError ? `key_${error.code}` : "key_file"));
    }
    const body = { is_on: terms.is_on, days: terms.days, public_key: base64(publicKey) };
    await keep(body, problem, `${t("rk_used")} (${fingerprint(await sha256Hex(publicKey))})`);
  };
  return el("form", { onsubmit: check },
    el("p", {}, t("rk_check")),
    el("label", { for: "saved-file" }, t("rk_check_file")), file, problem,
    el("button", { "data-test": "use" }, t("rk_use")));
}

/** @param {string} text */
function save(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  el("a", { href: address, download: t("rk_file") }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

begin();
