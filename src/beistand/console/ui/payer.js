// @ts-check
// Before the session: what kind of work, which case, and who pays for it. The server decides; this shows its sentence,
// and where two partners would pay it asks which one.
import { call } from "../api.js";
import { t } from "../i18n.js";
import { clean, el, show } from "./dom.js";

const WAIT_MS = 250;

/** @param {() => { customer_id: string | null, customer_name: string }} customer who was picked or typed
 * @returns {Promise<{ node: any, refresh: () => void, choice: () => Record<string, string | boolean> }>} */
export async function payer(customer) {
  const every = await call("GET", "/api/service-types").catch(() => []);
  const kinds = every.filter((/** @type {any} */ kind) => kind.is_for_coverage);
  const work = el("select", { id: "work", "data-test": "work" },
    el("option", { value: "" }, t("work_unknown")),
    ...kinds.map((/** @type {any} */ kind) => el("option", { value: kind.id }, clean(kind.name))));
  const contract = el("select", { id: "contract", "data-test": "contract" });
  const cases = el("select", { id: "case" });
  const title = el("input", { id: "case-title", maxlength: 100, autocomplete: "off" });
  const told = el("p", { class: "coverage", role: "status", "data-test": "coverage" });
  const words = el("blockquote", { hidden: true, "data-test": "notice" });
  const choosing = el("div", { hidden: true }, el("label", { for: "contract" }, t("which_contract")), contract);
  const ofCase = el("div", { hidden: true }, el("label", { for: "case" }, t("case")), cases,
    el("label", { for: "case-title" }, t("case_new")), title);
  const caller = el("select", { id: "caller", "data-test": "caller" },
    el("option", { value: "" }, t("caller_private")), el("option", { value: "business" }, t("caller_business")));
  const ofCaller = el("div", { hidden: true }, el("label", { for: "caller" }, t("caller")), caller);
  let asked = 0;
  let shownFor = "";

  const choice = () => {
    const wanted = { service_type_id: work.value, contract_id: contract.value, case_id: cases.value, case_title: title.value.trim() };
    const isBusiness = !customer().customer_id && caller.value === "business";
    return { ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value)), ...(isBusiness && { is_business: true }) };
  };
  const ask = async () => {
    const mine = ++asked;
    const who = customer();
    if (who.customer_id !== shownFor) {
      shownFor = who.customer_id ?? "";
      show(contract);
      show(cases);
      title.value = "";
    }
    if (!who.customer_id && !who.customer_name) return draw(null);
    const answer = await call("POST", "/api/coverage", { ...who, ...choice() }).catch(() => null);
    if (mine === asked) draw(answer, who.customer_id !== null);
  };
  /** @param {any} answer @param {boolean} [isKnown] */
  const draw = (answer, isKnown = false) => {
    told.textContent = answer ? clean(answer.sentence) : "";
    told.dataset.pays = !answer || answer.is_undecided ? "" : answer.is_chargeable ? "customer" : "partner";
    words.hidden = !answer?.notice;
    words.textContent = answer ? clean(answer.notice) : "";
    choosing.hidden = !answer || (!answer.is_undecided && !contract.value);
    if (answer?.is_undecided) {
      show(contract, el("option", { value: "" }, t("choose")), ...answer.choices.map((/** @type {any} */ one) =>
        el("option", { value: one.id }, `${clean(one.number)}: ${clean(one.partner)}`)));
    }
    ofCase.hidden = !isKnown;
    ofCaller.hidden = isKnown || !answer?.is_chargeable;
    if (answer && !cases.options.length) {
      show(cases, el("option", { value: "" }, t("case_none")), ...answer.cases.map((/** @type {any} */ one) =>
        el("option", { value: one.id }, `${one.number}: ${clean(one.title)}`)));
    }
  };
  /** @type {any} */
  let timer;
  const refresh = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  };
  for (const field of [work, contract, caller]) field.addEventListener("change", refresh);
  const node = el("div", {},
    kinds.length ? el("label", { for: "work" }, t("work")) : null, kinds.length ? work : null,
    ofCaller, ofCase, choosing, told, words);
  return { node, refresh, choice };
}
