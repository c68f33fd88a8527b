// @ts-check
// Which customer is meant by what stands in the field: customers of the same name are told apart by number and town. Pure.
import { clean } from "./dom.js";

/** Words for each customer that no other of the list has. @param {any[]} customers @returns {Map<string, any>} */
export function labelled(customers) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { name } of customers) counts.set(name, (counts.get(name) ?? 0) + 1);
  const label = (/** @type {any} */ one) => {
    const more = [one.number, one.city].filter(Boolean).join(", ");
    return clean((counts.get(one.name) ?? 0) > 1 && more ? `${one.name} (${more})` : one.name);
  };
  return new Map(customers.map((one) => [label(one), one]));
}

export class Known {
  constructor() {
    /** @type {Map<string, any>} whatever was offered once may be picked */
    this.byLabel = new Map();
    /** @type {Set<string>} */
    this.shared = new Set();
  }

  /** Customers that the server found; the words to offer. @param {any[]} customers @returns {string[]} */
  offer(customers) {
    const labels = labelled(customers);
    for (const [label, one] of labels) this.byLabel.set(label, one);
    const names = customers.map((one) => clean(one.name));
    for (const name of names) {
      if (names.indexOf(name) !== names.lastIndexOf(name)) {
        this.shared.add(name);
        this.byLabel.delete(name);
      }
    }
    return [...labels.keys()];
  }

  /** @param {string} typed @returns {{customer_id: string | null, customer_name: string}} */
  picked(typed) {
    const one = this.byLabel.get(typed);
    return { customer_id: one?.id ?? null, customer_name: one?.name ?? typed };
  }

  /** Whether the words fit several customers: then somebody has to choose, because another would pay. @param {string} typed */
  isShared(typed) {
    return this.shared.has(typed);
  }

  /** @param {string} id */
  labelOf(id) {
    return [...this.byLabel].find(([, one]) => one.id === id)?.[0] ?? "";
  }
}
