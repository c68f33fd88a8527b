// @ts-check
// A colleague helps beside the technician: chosen here, told to the customer, and recorded as time of their own.
import { call } from "../api.js";
import { t } from "../i18n.js";
import { clean, el, show } from "./dom.js";

/** @param {import("../support.js").Support} support @param {(text: string) => void} notice @param {() => void} back
 * @returns {any} a list that comes into view once there is somebody to choose */
export function colleagues(support, notice, back) {
  const path = `/api/sessions/${encodeURIComponent(support.made.id)}/colleagues`;
  const list = el("select", { class: "small", hidden: true, "aria-label": t("colleague"), "data-test": "colleague" });
  const draw = async () => {
    const known = await call("GET", path).catch(() => []);
    list.hidden = known.length === 0;
    show(list, el("option", { value: "" }, t("colleague")), ...known.map((/** @type {any} */ one) =>
      el("option", { value: one.id, "data-here": one.is_here ? "1" : "" }, (one.is_here ? "✓ " : "") + clean(one.name))));
  };
  list.addEventListener("change", async () => {
    const chosen = list.selectedOptions[0];
    const isHere = chosen?.dataset.here !== "1";
    if (!list.value) return;
    try {
      const done = await call("POST", path, { user_id: list.value, is_here: isHere });
      const told = t(isHere ? "colleague_came" : "colleague_went").replace("{name}", clean(done.name));
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
