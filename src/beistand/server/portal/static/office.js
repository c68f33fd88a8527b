// @ts-check
// The office's pages work without this. It lets htmx put the server's own HTML into the page under Trusted Types:
// htmx knows no policy of its own, and the default one here makes HTML only, never a script or its address.
const types = /** @type {any} */ (window).trustedTypes;
if (types) types.createPolicy("default", { createHTML: (/** @type {string} */ text) => text });
