// The least that a runtime does: one connection, one event after the other.
import http from "node:http";
import { handle } from "./handler.mjs";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const request = http.request({ host, port, method, path: `/2018-06-01/runtime/invocation/${path}`, agent, headers });
    request.on("error", reject).on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => resolve([response.headers, text]));
    });
    request.end(body);
  });
}

while (true) {
  const [headers, event] = await ask("GET", "next");
  const requestId = headers["lambda-runtime-aws-request-id"];
  await ask("POST", `${requestId}/response`, JSON.stringify(await handle(JSON.parse(event), requestId)));
}
