// Runs the console's protocol code for Python: one JSON request a line on stdin, one JSON answer a line on stdout.
import { createInterface } from "node:readline";
import { answer } from "./answers.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const { name, ...given } = JSON.parse(line);
  process.stdout.write(JSON.stringify(await answer(name, given)) + "\n");
}
