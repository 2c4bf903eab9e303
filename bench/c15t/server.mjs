// c15t's own backend on SQLite, each write durable as ours is. Takes its port and the file of its database.
import { c15tInstance } from "@c15t/backend";
import { kyselyAdapter } from "@c15t/backend/db/adapters/kysely";
import { migrator } from "@c15t/backend/db/migrator";
import { DB } from "@c15t/backend/db/schema";
import { serve } from "@hono/node-server";
import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";

const [port, file] = process.argv.slice(2);
const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
const adapter = kyselyAdapter({ db: new Kysely({ dialect: new SqliteDialect({ database }) }), provider: "sqlite" });
const migration = await migrator({ db: DB.client(adapter), schema: "latest" });
await migration.execute();
const c15t = c15tInstance({
  appName: "bench",
  basePath: "/api/c15t",
  trustedOrigins: ["http://127.0.0.1"],
  adapter,
  logger: { level: "error" },
});
serve({ fetch: c15t.handler, port: Number(port), hostname: "127.0.0.1" });
