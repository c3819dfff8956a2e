// What a function of ours does before and with its first request, as one would write it in JavaScript: settings from the
// environment, clients for S3 and Secrets Manager, the database's driver ready, and a question with a mistake answered by a 400.
import { S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import pg from "pg";

const { DB_HOST, DB_NAME = "sharaspot", DB_PORT = "5432", DB_SECRET_ARN, S3_BUCKET } = process.env;
if (!S3_BUCKET || !DB_SECRET_ARN || !DB_HOST) throw new Error("a setting is missing");

export const s3 = new S3Client({});
const secrets = new SecretsManagerClient({});
const PARAMETERS = new Set([
  "page", "page_size", "cursor", "verification_level", "port_type", "amenity", "min_power_kw", "updated_since",
  "user_lat", "user_lng", "max_distance", "bbox", "sort",
]);

async function connect() {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: DB_SECRET_ARN }));
  const { username: user, password } = JSON.parse(SecretString);
  const client = new pg.Client({ host: DB_HOST, port: Number(DB_PORT), database: DB_NAME, user, password, ssl: true });
  await client.connect();
  return client;
}

function mistakes(query) {
  const errors = [];
  for (const [name, value] of new URLSearchParams(query)) {
    if (!PARAMETERS.has(name)) {
      errors.push({ field: name, code: "unknown", detail: "There is no such parameter here." });
    } else if (name === "page_size" && !(/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 500)) {
      errors.push({ field: name, code: "out_of_range", detail: "Must be a whole number from 1 to 500." });
    }
  }
  return errors;
}

export async function handle(event, requestId) {
  const errors = mistakes(event.rawQueryString ?? "");
  if (errors.length === 0) {
    const client = await connect();
    const { rows } = await client.query("SELECT id, name FROM chargers ORDER BY created_at DESC LIMIT 100");
    await client.end();
    return answer(200, "application/json", { items: rows });
  }
  return answer(400, "application/problem+json", {
    type: "about:blank",
    title: "Bad input",
    status: 400,
    detail: `${errors.length} fields are not valid.`,
    request_id: requestId,
    errors,
  });
}

function answer(statusCode, contentType, body) {
  return { statusCode, headers: { "content-type": contentType }, body: JSON.stringify(body), isBase64Encoded: false };
}
