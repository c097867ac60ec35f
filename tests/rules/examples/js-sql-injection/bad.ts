import { Client } from 'pg';

const client = new Client();
export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const text = 'SELECT * FROM orders ORDER BY ' + searchParams.get('sort');
  const found = await client.query(text); // expect: js-sql-injection
  return Response.json(found.rows);
}
