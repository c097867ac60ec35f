import { Client } from 'pg';
import sql from 'sql-template-tag';

const client = new Client();
const COLUMNS = { price: 'price', date: 'created_at' };
export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const column = COLUMNS[searchParams.get('sort')];
  await client.query(sql`SELECT * FROM orders WHERE id = ${searchParams.get('id')}`);
  const found = await client.query(`SELECT * FROM orders WHERE id = $1 ORDER BY ${column}`, [searchParams.get('id')]);
  return Response.json(found.rows);
}
