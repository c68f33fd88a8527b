// @ts-check
// Signing in where the page comes from the technician's own computer (`beistand console`); elsewhere the server's own page does it.
import { call } from "./api.js";
import { language, t } from "./i18n.js";
import { modeWords } from "./ui/mode.js";
import { el, show } from "./ui/dom.js";

const place = /** @type {HTMLElement} */ (document.getElementById("place"));

async function begin() {
  document.documentElement.lang = language();
  document.title = t("sign_in");
  const email = el("input", { id: "email", type: "email", autocomplete: "username", required: true, "data-test": "email" });
  const password = el("input", { id: "password", type: "password", autocomplete: "current-password", required: true, "data-test": "password" });
  const code = el("input", { id: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 20, required: true, "data-test": "code" });
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      await call("POST", "/api/sign-in", { email: email.value, password: password.value, code: code.value });
      location.assign("/console/");
    } catch (error) {
      problem.textContent = /** @type {any} */ (error).sentence || t("no_server");
      problem.hidden = false;
    }
  };
  show(place, el("section", { class: "card single" },
    el("h1", {}, t("sign_in")), el("p", { class: "soft", "data-test": "mode" }, await modeWords()),
    el("form", { onsubmit: send },
      el("label", { for: "email" }, t("email")), email,
      el("label", { for: "password" }, t("password")), password,
      el("label", { for: "code" }, t("one_time_code")), code, problem,
      el("button", { "data-test": "send" }, t("sign_in")))));
  email.focus();
}

begin();
