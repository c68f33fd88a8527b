// @ts-check
// The console's shell: who is signed in, which page is shown; holds no rule of the session (support.js, protocol/session.js).
import { call } from "./api.js";
import { setLanguage, t, language } from "./i18n.js";
import { supportedCodecs } from "./screen/decoder.js";
import { patchWord } from "./screen/patch.js";
import { Support } from "./support.js";
import { Desk } from "./ui/desk.js";
import { clean, el, show } from "./ui/dom.js";
import { modeWords } from "./ui/mode.js";
import { notePage } from "./ui/note.js";
import { NumberPage } from "./ui/number.js";
import { startPage } from "./ui/start.js";

const place = /** @type {HTMLElement} */ (document.getElementById("place"));
const bar = /** @type {HTMLElement} */ (document.getElementById("bar"));
/** @type {any} */
let me = null;
let leavePage = () => {};
let mode = "";

async function begin() {
  document.documentElement.lang = language();
  try {
    me = await call("GET", "/api/me");
    mode = await modeWords();
  } catch (error) {
    if (/** @type {any} */ (error).status === 401) location.assign("/sign-in");
    else show(place, el("p", { class: "problem" }, t("no_server")));
    return;
  }
  drawBar();
  await start(new URLSearchParams(location.search).get("customer") ?? "");
}

function drawBar() {
  const other = language() === "de" ? "en" : "de";
  const change = () => {
    setLanguage(other);
    document.documentElement.lang = other;
    modeWords().then((words) => {
      mode = words;
      drawBar();
    });
    start("");
  };
  show(bar, el("span", { class: "firm" }, clean(me.organisation.name)), el("span", { class: "soft mode", "data-test": "mode" }, mode),
    el("span", { class: "grow" }),
    el("a", { href: "/customers" }, t("customers")), el("a", { href: "/times" }, t("times")),
    el("span", { class: "soft" }, clean(me.name)),
    el("button", { class: "link", onclick: change }, other === "en" ? "English" : "Deutsch"),
    el("button", { class: "link", onclick: signOut }, t("sign_out")));
}

async function signOut() {
  await call("POST", "/api/sign-out", {}).catch(() => null);
  location.assign("/");
}

/** @param {string} customer */
async function start(customer) {
  leavePage();
  document.body.classList.remove("in-session");
  document.documentElement.dataset.step = "start";
  const codecs = await supportedCodecs();
  if (!codecs.length) {
    show(place, el("p", { class: "problem", role: "alert" }, t("no_webcodecs")));
    return;
  }
  const can = [...codecs, ...patchWord()];
  leavePage = await startPage(place, me, customer, (made, level, name) => open(made, level, name, can));
}

/** @param {any} made @param {number} level @param {string} name @param {string[]} codecs */
function open(made, level, name, codecs) {
  leavePage();
  /** @type {Desk | null} */
  let desk = null;
  const support = new Support(made, { level, codecs }, (what, detail) => on(what, detail));
  const page = new NumberPage(place, made, support.spoken, name, () => support.end());
  leavePage = () => page.close();

  /** @param {string} what @param {any} detail */
  function on(what, detail) {
    switch (what) {
      case "waiting":
        return page.step("waiting");
      case "joined":
      case "proven":
      case "asked":
        page.warn("");
        return page.step(what);
      case "wrong":
        page.step("waiting");
        return page.warn(t("wrong", detail));
      case "passkey":
        return page.passkey(detail);
      case "unsigned":
        return page.warn(t("unsigned"));
      case "ring":
        return desk ? desk.notice(t(`ring_${detail}`)) : page.warn(t(`ring_${detail}`));
      case "state":
        if (!desk && support.session.level) {
          page.close();
          document.body.classList.add("in-session");
          document.documentElement.dataset.step = "agreed";
          desk = new Desk(place, support, name);
          window.addEventListener("beforeunload", warnBeforeLeaving);
        }
        return desk?.state(detail.state);
      case "recording":
        return desk?.recording.follow(detail);
      case "interrupted":
        return desk?.state(support.session.state, true);
      case "back":
        return desk?.state(support.session.state, false);
      case "message":
        return desk?.message(detail);
      case "ended": {
        window.removeEventListener("beforeunload", warnBeforeLeaving);
        const took = { seconds: desk?.seconds ?? 0, spent: desk?.spent ?? "", words: support.lastWords };
        desk?.close();
        page.close();
        document.body.classList.remove("in-session");
        document.documentElement.dataset.step = "ended";
        document.documentElement.dataset.why = detail;
        return notePage(place, made.id, detail, took, () => start(""));
      }
    }
  }
}

/** @param {BeforeUnloadEvent} event */
function warnBeforeLeaving(event) {
  event.preventDefault();
}

begin();
