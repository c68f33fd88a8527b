// @ts-check
// The first page: choose or type the customer, make a number; below it the sessions of the firm, live.
import { call } from "../api.js";
import { clock, t } from "../i18n.js";
import { Known } from "./customers.js";
import { clean, el, show } from "./dom.js";
import { payer } from "./payer.js";

/** @param {HTMLElement} place @param {any} me @param {string} chosen id of a customer @param {(made: any, level: number, name: string) => void} begun */
export async function startPage(place, me, chosen, begun) {
  const list = el("datalist", { id: "customers" });
  const name = el("input", {
    id: "customer", list: "customers", autocomplete: "off", required: true, maxlength: 120, "data-test": "customer",
    placeholder: t("customer_hint"),
  });
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const level = el("select", { id: "level", "data-test": "level" },
    el("option", { value: "2" }, t("level_control")), el("option", { value: "1" }, t("level_view")));
  const button = el("button", { "data-test": "create" }, t("create"));
  const known = new Known();
  let asked = 0;
  const find = async () => {
    const mine = ++asked;
    const found = await call("GET", `/api/customers?q=${encodeURIComponent(name.value)}`).catch(() => []);
    if (mine !== asked) return;
    const words = known.offer(found);
    if (words.length) show(list, ...words.slice(0, 20).map((value) => el("option", { value })));
    which.hidden = !known.isShared(name.value.trim());
    pays.refresh();
  };
  const which = el("p", { class: "problem", role: "status", hidden: true, "data-test": "which" }, t("which_customer"));
  const picked = () => known.picked(name.value.trim());
  const pays = await payer(picked);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (known.isShared(name.value.trim())) {
      which.hidden = false;
      name.focus();
      return;
    }
    button.disabled = true;
    problem.hidden = true;
    try {
      const body = { ...picked(), level: Number(level.value), ...pays.choice() };
      begun(await call("POST", "/api/sessions", body), body.level, body.customer_name);
    } catch (error) {
      const sentence = /** @type {any} */ (error).sentence;
      problem.textContent = sentence ? t("failed", { text: sentence }) : t("no_server");
      problem.hidden = false;
      button.disabled = false;
    }
  };
  const sessions = el("ul", { class: "sessions", "data-test": "sessions" });
  show(place,
    el("section", { class: "card" },
      el("h1", {}, t("new_session")),
      el("form", { onsubmit: submit },
        el("label", { for: "customer" }, t("customer")), name, list, which,
        pays.node, el("label", { for: "level" }, t("level")), level, problem, button)),
    el("section", { class: "card" }, el("h2", {}, t("running")), sessions));
  name.addEventListener("input", find);
  await find();
  if (chosen) name.value = known.labelOf(chosen);
  pays.refresh();
  name.focus();
  return watchSessions(sessions);
}

/** Keeps the list up to date; returns how to stop. @param {HTMLElement} list */
function watchSessions(list) {
  /** @type {Map<string, any>} */
  const known = new Map();
  const draw = () => {
    const newest = [...known.values()].sort((a, b) => (a.created < b.created ? 1 : -1)).slice(0, 12);
    if (!newest.length) show(list, el("li", { class: "soft" }, t("none_running")));
    else show(list, ...newest.map(row));
  };
  call("GET", "/api/sessions").then((all) => {
    for (const session of all) known.set(session.id, session);
    draw();
  }).catch(() => draw());
  const stream = new EventSource("/api/events");
  stream.addEventListener("session", (event) => {
    const session = JSON.parse(event.data);
    known.set(session.id, session);
    draw();
  });
  stream.addEventListener("signed_out", () => location.reload());
  return () => stream.close();
}

/** @param {any} session */
const row = (session) =>
  el("li", { "data-state": session.state },
    el("span", { class: `dot ${session.state}` }),
    el("strong", {}, clean(session.customer_name)),
    el("span", { class: "soft" }, clean(session.technician ?? "")),
    el("span", { class: "grow" }),
    el("span", {}, t(`s_${session.state}`)),
    el("span", { class: "soft" }, session.seconds ? clock(session.seconds) : ""));
