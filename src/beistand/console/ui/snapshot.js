// @ts-check
// The picture as it stands, saved as a file on the technician's computer; the session's record names it.
import { call } from "../api.js";
import { t } from "../i18n.js";

/** "Beistand Frau Muster 2026-11-25 14.03.09.png". @param {string} customer @param {Date} at */
export function fileName(customer, at) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const name = customer.replace(/[^\p{L}\p{N} -]/gu, "").trim().slice(0, 60);
  return `Beistand ${name} ${day} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}.png`;
}

/** @param {HTMLCanvasElement} canvas @param {{id: string, customer: string}} session @param {(words: string) => void} tell */
export function snapshot(canvas, session, tell) {
  canvas.toBlob((blob) => {
    if (!blob) return tell(t("snapshot_failed"));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = fileName(session.customer, new Date());
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    tell(t("snapshot_saved", { name: link.download }));
    call("POST", `/api/sessions/${encodeURIComponent(session.id)}/facts`, { name: "snapshot", data: {} }).catch(() => null);
  }, "image/png");
}
