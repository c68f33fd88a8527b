// @ts-check
// Building pages without innerHTML: text is text, whatever a customer's computer sends (Trusted Types stay empty).

/** @param {string} tag @param {Record<string, any>} [attributes] `onclick` etc. are listeners @param {...(Node | string | null)} children
 * @returns {any} */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, String(value));
  }
  for (const child of children) if (child !== null) node.append(child);
  return node;
}

/** Replaces all children. @param {Element} place @param {...(Node | string | null)} children */
export function show(place, ...children) {
  place.replaceChildren(...children.filter((child) => child !== null));
}

/** Text of the other end as it may be shown: no control or bidirectional characters. @param {string} text */
export const clean = (text) => text.replace(/[\p{Cc}\p{Cf}]/gu, " ").slice(0, 2000);
