// @ts-check
// The server's JSON API (docs/protocol.md section 9): one function for all calls.

/** An answer that is not 2xx; `sentence` may be shown. */
export class ApiError extends Error {
  /** @param {number} status @param {string} sentence */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
    this.sentence = sentence;
  }
}

/** @param {"GET" | "POST"} method @param {string} path @param {any} [body] @returns {Promise<any>} */
export async function call(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json" };
  if (method === "POST") Object.assign(headers, { "content-type": "application/json", "x-beistand": "1" });
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new ApiError(0, "");
  }
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(answer.status, String(content.sentence ?? content.message ?? content.error ?? ""));
  return content;
}
