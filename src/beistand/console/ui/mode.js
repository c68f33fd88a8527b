// @ts-check
// From where this page comes: the firm's server, or the technician's own computer (docs/operating.md says what that means).
import { call } from "../api.js";
import { t } from "../i18n.js";
import { clean } from "./dom.js";

/** @returns {Promise<string>} */
export async function modeWords() {
  const { mode, server } = await call("GET", "/console/mode.json").catch(() => ({}));
  return mode === "local" ? t("mode_local", { server: clean(String(server)) }) : t("mode_server");
}
