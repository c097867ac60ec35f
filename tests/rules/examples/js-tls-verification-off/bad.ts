import { Pool } from 'pg';

export const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  // expect-next: js-tls-verification-off
  ssl: { rejectUnauthorized: false },
});
