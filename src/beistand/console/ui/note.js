// @ts-check
// After the session: how it ended, how long it took, and the note that will stand on the invoice.
import { call } from "../api.js";
import { clock, t, TEXTS } from "../i18n.js";
import { el, show } from "./dom.js";

/** @param {HTMLElement} place @param {string} id @param {string} why @param {number} seconds @param {() => void} done */
export function notePage(place, id, why, seconds, done) {
  const reason = `ended_${why}` in TEXTS ? t(`ended_${why}`) : t("ended_other", { code: why });
  const text = el("textarea", { id: "note", rows: 5, maxlength: 4000, "data-test": "note" });
  const type = el("select", { id: "type" },
    ...["support", "advice", "maintenance"].map((name) => el("option", { value: name }, t(`service_${name}`))));
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await call("POST", `/api/sessions/${encodeURIComponent(id)}/note`, { text: text.value, service_type: type.value });
      done();
    } catch (error) {
      problem.textContent = /** @type {any} */ (error).sentence || t("no_server");
      problem.hidden = false;
    }
  };
  const hadSession = seconds > 0;
  show(place,
    el("section", { class: "card" },
      el("h1", { "data-test": "ended", tabindex: "-1" }, reason),
      hadSession ? el("p", { class: "soft" }, t("duration", { time: clock(seconds) })) : null,
      hadSession
        ? el("form", { onsubmit: save },
            el("label", { for: "note" }, t("note_title")), text, el("p", { class: "soft" }, t("note_hint")),
            el("label", { for: "type" }, t("service_type")), type, problem,
            el("div", { class: "row" }, el("button", { "data-test": "save-note" }, t("save")),
              el("button", { type: "button", class: "quiet", onclick: done }, t("skip"))))
        : el("button", { onclick: done, "data-test": "again" }, t("new_session"))));
  (hadSession ? text : place.querySelector("button")).focus();
}
