// @ts-check
// Plays a recording: fetched sealed, opened in this browser with the firm's key file.
import { ApiError, call } from "./api.js";
import { clock, language, t } from "./i18n.js";
import { fingerprint, KeyFileError, openKey, sha256Hex } from "./recording/key.js";
import { publicOf } from "./recording/hpke.js";
import { Player } from "./recording/player.js";
import { purpose, readTape } from "./recording/tape.js";
import { clean, el, show } from "./ui/dom.js";

const SPEEDS = [0.5, 1, 2, 4, 8];
const place = /** @type {HTMLElement} */ (document.getElementById("place"));
const bar = /** @type {HTMLElement} */ (document.getElementById("bar"));
/** @type {any} */
let me = null;

async function begin() {
  document.documentElement.lang = language();
  document.title = t("rp_title");
  const id = new URLSearchParams(location.search).get("recording") ?? "";
  let found;
  try {
    me = await call("GET", "/api/me");
    found = (await call("GET", "/api/recordings")).find((/** @type {any} */ one) => one.id === id);
  } catch (error) {
    const { status, sentence } = /** @type {any} */ (error);
    if (status === 401) location.assign("/sign-in");
    else show(place, el("p", { class: "problem single" }, sentence || t("no_server")));
    return;
  }
  show(bar, el("span", { class: "firm" }, clean(me.organisation.name)), el("span", { class: "grow" }), el("a", { href: "/recordings" }, t("rp_back")));
  if (!found) show(place, el("p", { class: "problem single" }, t("rp_missing")));
  else ask(found);
}

/** @param {any} recording */
const titleOf = (recording) => t("rp_of", {
  customer: clean(recording.customer_name), technician: clean(recording.technician),
  began: new Date(recording.began).toLocaleString(language() === "de" ? "de-DE" : "en-GB", { timeZone: "Europe/Berlin" }),
});

/** @param {any} recording */
function ask(recording) {
  const file = el("input", { id: "file", type: "file", accept: ".json,application/json", required: true, "data-test": "file" });
  const password = el("input", { id: "password", type: "password", autocomplete: "off", required: true, "data-test": "password" });
  const problem = el("p", { class: "problem", role: "alert", hidden: true, "data-test": "problem" });
  const button = el("button", { "data-test": "open" }, t("rp_open"));
  const open = async (/** @type {Event} */ event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    button.textContent = t("rp_working");
    try {
      play(recording, await opened(recording, await file.files[0].text(), password.value));
    } catch (error) {
      problem.textContent = /** @type {any} */ (error).sentence || t("rp_damaged");
      problem.hidden = false;
      button.disabled = false;
      button.textContent = t("rp_open");
    }
  };
  show(place, el("section", { class: "card single" },
    el("h1", {}, t("rp_title")), el("p", {}, titleOf(recording)),
    el("p", { class: "soft" }, t("rp_needs", { key: fingerprint(recording.key_sha256) })),
    el("form", { onsubmit: open },
      el("p", {}, t("rp_hint")),
      el("label", { for: "file" }, t("rp_key_file")), file,
      el("label", { for: "password" }, t("rp_password")), password, problem, button)));
}

/** Whole items of a recording. ApiError. @param {any} recording @param {string} keyFile @param {string} password */
async function opened(recording, keyFile, password) {
  let seed;
  try {
    seed = await openKey(keyFile, password);
  } catch (error) {
    throw new ApiError(0, t(error instanceof KeyFileError ? `key_${error.code}` : "key_file"));
  }
  if ((await sha256Hex(publicOf(seed))) !== recording.key_sha256) {
    throw new ApiError(0, t("rp_wrong_key", { key: fingerprint(recording.key_sha256) }));
  }
  const answer = await fetch(`/api/recordings/${encodeURIComponent(recording.id)}`);
  if (!answer.ok) throw new ApiError(0, t("rp_missing"));
  const data = new Uint8Array(await answer.arrayBuffer());
  const tape = await readTape(data, seed, purpose(me.organisation.id, recording.session_id, recording.id));
  if (!tape.items.some(({ message }) => message.kind === "Frame" && message.isKey)) throw new ApiError(0, t("rp_empty"));
  return tape;
}

/** @param {any} recording @param {{items: import("./recording/tape.js").Item[], isWhole: boolean}} tape */
function play(recording, tape) {
  const canvas = el("canvas", { class: "screen", "data-test": "screen", width: 16, height: 9 });
  const cursor = el("canvas", { class: "cursor", hidden: true, "aria-hidden": "true" });
  const veil = el("div", { class: "veil", hidden: true }, t("rp_resting"));
  const viewport = el("div", { class: "viewport" }, canvas, cursor);
  const button = el("button", { "data-test": "play", onclick: () => toggle() }, t("rp_play"));
  const slider = el("input", { type: "range", min: 0, step: "any", value: 0, "aria-label": t("rp_place"), "data-test": "slider" });
  const time = el("span", { class: "time", role: "timer", "data-test": "time" });
  const speed = el("select", { "aria-label": t("rp_speed"), "data-test": "speed" },
    ...SPEEDS.map((value) => el("option", { value, selected: value === 1 }, `${value}×`)));
  show(place, el("section", { class: "replay" },
    el("h1", {}, titleOf(recording)),
    tape.isWhole ? null : el("p", { class: "problem" }, t("rp_cut")),
    el("div", { class: "stage" }, viewport, veil),
    el("div", { class: "controls" }, button, slider, time, speed)));
  const player = new Player(tape.items, { viewport, canvas, cursor }, (isResting) => (veil.hidden = !isResting));
  slider.max = String(player.length);
  const draw = () => {
    slider.value = String(player.at);
    time.textContent = `${clock(player.at / 1000)} / ${clock(player.length / 1000)}`;
    document.documentElement.dataset.shown = String(player.shown);
    document.documentElement.dataset.at = String(Math.round(player.at));
  };
  const run = (/** @type {number} */ now) => {
    if (player.isPlaying) {
      if (!player.tick(now)) halt();
    }
    draw();
    requestAnimationFrame(run);
  };
  const halt = () => {
    player.isPlaying = false;
    button.textContent = t("rp_play");
  };
  const toggle = () => {
    if (player.isPlaying) return halt();
    if (player.at >= player.length) player.seek(0);
    player.ticked = null;
    player.isPlaying = true;
    button.textContent = t("rp_pause");
  };
  speed.addEventListener("change", () => (player.speed = Number(speed.value)));
  slider.addEventListener("input", () => player.seek(Number(slider.value)));
  player.seek(0);
  document.documentElement.dataset.step = "playing";
  requestAnimationFrame(run);
}

begin();
