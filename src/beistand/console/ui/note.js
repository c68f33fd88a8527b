// @ts-check
// After the session: how it ended, how long it took, and the note that will stand on the invoice.
import { call } from "../api.js";
import { clock, t, TEXTS } from "../i18n.js";
import { clean, el, show } from "./dom.js";
import { inOurWords } from "./sentences.js";

/** @param {HTMLElement} place @param {string} id @param {string} why @param {{seconds: number, spent: string, words: string}} took `words`: the program's own @param {() => void} done */
export function notePage(place, id, why, took, done) {
  const ending = `ended_${why}` in TEXTS ? t(`ended_${why}`) : t("ended_other", { code: why });
  const text = el("textarea", { id: "note", rows: 5, maxlength: 4000, "data-test": "note" });
  const type = el("select", { id: "type", "data-test": "type" });
  const ofType = el("div", { hidden: true }, el("label", { for: "type" }, t("service_type")), type);
  const goodwill = el("input", { id: "goodwill", type: "number", min: 0, max: Math.ceil(took.seconds / 60), step: 1, inputmode: "numeric", "data-test": "goodwill" });
  const reason = el("input", { id: "goodwill-why", maxlength: 500, autocomplete: "off", "data-test": "goodwill-why" });
  const path = `/api/sessions/${encodeURIComponent(id)}`;
  if (took.seconds > 0) offerTypes(path, type, ofType);
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const minutes = Number(goodwill.value || 0);
    if (minutes > 0 && !reason.value.trim()) {
      problem.textContent = t("goodwill_no_reason");
      problem.hidden = false;
      reason.focus();
      return;
    }
    try {
      await call("POST", `${path}/note`, { text: text.value, service_type: type.value });
      if (minutes > 0) await call("POST", `${path}/goodwill`, { minutes, reason: reason.value.trim() });
      done();
    } catch (error) {
      problem.textContent = /** @type {any} */ (error).sentence || t("no_server");
      problem.hidden = false;
    }
  };
  const hadSession = took.seconds > 0;
  show(place,
    el("section", { class: "card" },
      el("h1", { "data-test": "ended", tabindex: "-1" }, ending),
      why === "bye_5" && took.words ? el("p", { class: "problem", "data-test": "words" }, inOurWords(clean(took.words))) : null,
      hadSession ? el("p", { class: "soft", "data-test": "took" }, t("duration", { time: clock(took.seconds) }), took.spent ? ` · ${took.spent}` : "") : null,
      hadSession
        ? el("form", { onsubmit: save },
            el("label", { for: "note" }, t("note_title")), text, el("p", { class: "soft" }, t("note_hint")),
            ofType,
            el("label", { for: "goodwill" }, t("goodwill")), goodwill,
            el("label", { for: "goodwill-why" }, t("goodwill_why")), reason, problem,
            el("div", { class: "row" }, el("button", { "data-test": "save-note" }, t("save")),
              el("button", { type: "button", class: "quiet", onclick: done }, t("skip"))))
        : el("button", { onclick: done, "data-test": "again" }, t("new_session"))));
  (hadSession ? text : place.querySelector("button")).focus();
}

/** The firm's own kinds of work; first the one chosen before the session, else the firm's default.
 * @param {string} path @param {any} type @param {any} place */
async function offerTypes(path, type, place) {
  const [kinds, session] = await Promise.all([
    call("GET", "/api/service-types").catch(() => []), call("GET", path).catch(() => null)]);
  const chosen = session?.service_type || kinds.find((/** @type {any} */ kind) => kind.is_default)?.id || "";
  show(type, ...(chosen ? [] : [el("option", { value: "" }, t("choose"))]),
    ...kinds.map((/** @type {any} */ kind) => el("option", { value: kind.id }, clean(kind.name))));
  type.value = chosen;
  place.hidden = !kinds.length;
}
