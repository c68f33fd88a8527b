// @ts-check
// A colleague helps beside the technician, or takes the session over at this desk: chosen here, told to the customer, and recorded as time of their own.
import { call } from "../api.js";
import { t } from "../i18n.js";
import { clean, el, show } from "./dom.js";

const AGAIN_MS = 1000;

/** @param {import("../support.js").Support} support @param {(text: string) => void} notice @param {() => void} back
 * @returns {any} a list that comes into view once there is somebody to choose */
export function colleagues(support, notice, back) {
  const path = `/api/sessions/${encodeURIComponent(support.made.id)}/colleagues`;
  const list = el("select", { class: "small", hidden: true, "aria-label": t("colleague"), "data-test": "colleague" });
  const draw = async () => {
    const known = await call("GET", path).catch(() => null);
    if (!known) {
      // The customer's yes reaches this page before the server has it: until then the session does not run there.
      if (!support.hasFinished) setTimeout(draw, AGAIN_MS);
      return;
    }
    const entry = (/** @type {string} */ deed, /** @type {any} */ one, /** @type {string} */ mark) =>
      el("option", { value: `${deed}:${one.id}`, "data-here": one.is_here ? "1" : "" }, mark + clean(one.name));
    list.hidden = known.length === 0;
    show(list, el("option", { value: "" }, t("colleague")),
      el("optgroup", { label: t("colleague_helps") }, ...known.map((/** @type {any} */ one) => entry("help", one, one.is_here ? "✓ " : ""))),
      el("optgroup", { label: t("hand_over") }, ...known.map((/** @type {any} */ one) => entry("lead", one, ""))));
  };
  list.addEventListener("change", async () => {
    const [deed, id] = list.value.split(":");
    const isHere = deed === "lead" || list.selectedOptions[0]?.dataset.here !== "1";
    if (!id) return;
    try {
      const done = await call("POST", path, { user_id: id, is_here: isHere, leads: deed === "lead" });
      const key = deed === "lead" ? "handed_over" : isHere ? "colleague_came" : "colleague_went";
      const told = t(key, { name: clean(done.name) });
      support.send({ kind: "Chat", text: told });
      notice(told);
    } catch (error) {
      notice(/** @type {any} */ (error).sentence || t("no_server"));
    }
    await draw();
    back();
  });
  draw();
  return list;
}
